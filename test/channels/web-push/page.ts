import { once } from "node:events";
import { createServer } from "node:http";
import type { Subscription } from "../../../src/channels/web-push.ts";
import { listening } from "../receiver.ts";

/** Queues what arrives, in its order, for those who wait for it. */
export function arrivals<T>() {
  const come: T[] = [];
  const waiting: ((one: T) => void)[] = [];
  return {
    add(one: T): void {
      const first = waiting.shift();
      if (first === undefined) come.push(one);
      else first(one);
    },
    /** The next one, or an error that says what did not come. */
    next(what: string, ms = 60_000): Promise<T> {
      if (come.length > 0) return Promise.resolve(come.shift()!);
      return new Promise((resolve, reject) => {
        const take = (one: T) => {
          clearTimeout(timer);
          resolve(one);
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(take), 1);
          reject(new Error(`no ${what} within ${ms} ms`));
        }, ms);
        waiting.push(take);
      });
    },
    /** How many came that nobody waited for. */
    get left(): number {
      return come.length;
    },
  };
}

const html = `<!doctype html><title>page</title><script type="module">
try {
  // Firefox waits for ever where it is asked before its push service is up.
  while (!(await (await fetch("/ready")).json())) await new Promise((done) => setTimeout(done, 100));
  const registration = await navigator.serviceWorker.register("/worker.js");
  await navigator.serviceWorker.ready;
  const applicationServerKey = await (await fetch("/key")).text();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await fetch("/subscription", { method: "POST", body: JSON.stringify(subscription) });
} catch (error) {
  await fetch("/failure", { method: "POST", body: String(error) });
}
</script>`;

const worker = `addEventListener("push", (event) => {
  const text = event.data.text();
  const { title, body, id } = event.data.json();
  const shown = registration.showNotification(title, { body, tag: id }).then(() => "shown", (error) => String(error));
  event.waitUntil(shown.then((how) => fetch("/pushed?" + encodeURIComponent(how), { method: "POST", body: text })));
});
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));`;

/** A page that subscribes, and whose service worker says what it was pushed. */
export async function page(publicKey: string) {
  const subscriptions = arrivals<Subscription>();
  const pushes = arrivals<{ readonly text: string; readonly how: string }>();
  const state = { isReady: false };
  const files: Record<string, readonly [type: string, text: () => string]> = {
    "/": ["text/html", () => html],
    "/worker.js": ["text/javascript", () => worker],
    "/ready": ["application/json", () => JSON.stringify(state.isReady)],
    "/key": ["text/plain", () => publicKey],
  };
  const { server, port } = await listening(
    createServer(async (request, response) => {
      const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
      const [type, text] = files[pathname] ?? ["text/plain", () => ""];
      const body = Buffer.concat(await request.toArray()).toString();
      if (pathname === "/subscription") subscriptions.add(JSON.parse(body));
      if (pathname === "/failure") console.error(`the page failed: ${body}`);
      if (pathname === "/pushed") pushes.add({ text: body, how: decodeURIComponent(search.slice(1)) });
      response.writeHead(200, { "content-type": type }).end(text());
    }),
  );
  return {
    url: `http://localhost:${port}/`,
    subscriptions,
    pushes,
    /** The browser's push service is up. */
    ready(): void {
      state.isReady = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
