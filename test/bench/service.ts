import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { createKey } from "../../src/service/index.ts";
import type { SqliteStore } from "../../src/stores/sqlite.ts";
import { userOf } from "./program.ts";

/** `tocsin serve` on a store, and a receiver that notes when which alert came. */
export interface Service {
  /** MiB: of the heap what is used, and what is resident in all. */
  memory(): Promise<{ readonly heap: number; readonly resident: number }>;
  /** Asks the API. @throws for an answer that is no success */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  /**
   * Updates so many profiles, so many a second, each of which is alerted. @returns ns from each update to its webhook, which
   * has come
   */
  latencies(people: Iterable<number>, perSecond: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** The audience and the trigger of those whose profile gets a `vip`. */
export const vips = {
  audience: { vips: { where: ".vip" } },
  trigger: {
    vip: {
      on: { enter: "vips" },
      send: [{ channel: "crm" }],
      alert: { title: "{{ .vip }}", body: "{{ .first_name }}" },
    },
  },
} as const;

const channel = (url: string, more: object) => ({
  kind: "webhook",
  url,
  keepAlive: true,
  keys: [`whsec_${Buffer.alloc(24, 1).toString("base64")}`],
  ...more,
});

/** Of `bulk` so many a second are sent, as of a vendor with a limit. */
export async function startService(store: SqliteStore, file: string, bulk = 100): Promise<Service> {
  const came = new Map<string, (at: bigint) => void>();
  const receiver = createServer((request, response) => {
    const at = process.hrtime.bigint();
    let body = "";
    request.on("data", (text) => {
      body += text;
    });
    request.on("end", () => {
      response.writeHead(204).end();
      if (request.url === "/crm") came.get(JSON.parse(body).data.title)?.(at);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const config = join(dirname(file), "tocsin.yaml");
  const settings = {
    store: { file },
    guard: { allow: ["127.0.0.1"] },
    serve: { limits: { rate: { count: 1_000_000, per: "1m" } } },
    channels: {
      crm: channel(`${at}/crm`, { limits: { concurrency: 32 } }),
      bulk: channel(`${at}/bulk`, { limits: { concurrency: 8, rate: { count: bulk, per: "1s" } } }),
    },
  };
  writeFileSync(config, JSON.stringify(settings));
  const { secret } = await createKey(store.keys, { name: "bench", scopes: ["read", "write"] }, Date.now());
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  const child = spawn(process.execPath, [main, "serve", "-c", config, "--listen", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.msg === "serving") resolve(said.url);
      if (said.level >= 50) console.error(line);
    });
  });
  const agent = new Agent({ connections: 64, pipelining: 1 });

  const headers = { authorization: `Bearer ${secret}` };

  async function ask(method: string, path: string, body?: object): Promise<unknown> {
    const { statusCode, body: answer } = await agent.request({
      origin: url,
      path,
      method: method as "GET",
      headers: { ...headers, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = await answer.json();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${JSON.stringify(said)}`);
    return said;
  }

  return {
    ask,
    async memory() {
      const { body } = await agent.request({ origin: url, path: "/metrics", method: "GET", headers });
      const text = await body.text();
      const [heap, resident] = ["nodejs_heap_size_used_bytes", "process_resident_memory_bytes"].map((name) => {
        const [, value] = new RegExp(`^${name} (\\S+)$`, "m").exec(text)!;
        return Number(value) / 2 ** 20;
      });
      return { heap: heap!, resident: resident! };
    },
    async latencies(people, perSecond) {
      const times: Promise<number>[] = [];
      const start = performance.now();
      for (const n of people) {
        const wait = start + (times.length * 1000) / perSecond - performance.now();
        if (wait > 0) await sleep(wait);
        const vip = `${n}`;
        const sent = process.hrtime.bigint();
        const arrived = new Promise<bigint>((resolve) => came.set(vip, resolve));
        const update = ask("PUT", "/v1/profiles", { identifiers: { user_id: userOf(n) }, fields: { vip } });
        times.push(Promise.all([arrived, update]).then(([at]) => Number(at - sent)));
      }
      return Promise.all(times);
    },
    async stop() {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
      await agent.close();
      receiver.close();
      receiver.closeAllConnections();
    },
  };
}
