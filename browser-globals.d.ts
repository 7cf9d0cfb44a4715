/**
 * The globals beyond ECMAScript that the browser-safe half uses: browsers, workers, Node, Deno and Bun all have them.
 * `tsconfig.browser.json` type-checks that half with nothing else of any platform.
 */
declare const performance: { now(): number };
declare const crypto: { getRandomValues<T extends ArrayBufferView>(array: T): T };
