import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Finds a program by PATH. */
export function found(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Look on.
      }
    }
  }
  return undefined;
}

/** A browser sometimes does not come up on a busy machine: what it has to do first is tried thrice, each time by a new one. */
export async function started<T>(
  start: () => Promise<AsyncDisposable>,
  first: () => Promise<T>,
): Promise<{ browser: AsyncDisposable; first: T }> {
  for (let attempt = 1; ; attempt++) {
    let browser: AsyncDisposable | undefined;
    try {
      browser = await start();
      return { browser, first: await first() };
    } catch (error) {
      await browser?.[Symbol.asyncDispose]();
      if (attempt === 3) throw error;
      console.warn(`started again: ${error}`);
    }
  }
}
