import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";

/** Returns the health; `ok: false` becomes status 503. */
export type Health = () => Promise<{ readonly ok: boolean; readonly [detail: string]: unknown }>;

/**
 * Serves `/metrics` and `/health` over HTTP.
 * @param at a port, or `host:port`; the default host is 127.0.0.1
 * @returns the URL it listens on, and how to close it
 */
export async function serveMetrics(
  at: string | number,
  metrics: Metrics,
  health: Health,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const [, host = "127.0.0.1", port] = /^(?:(.+):)?(\d+)$/.exec(`${at}`) ?? [];
  const server = createServer((request, response) => {
    answer(request.url ?? "/").then(
      ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
      (error: Error) => response.writeHead(500, { "content-type": "text/plain" }).end(`${error.message}\n`),
    );
  });
  async function answer(path: string): Promise<{ status: number; type: string; body: string }> {
    if (path === "/metrics") return { status: 200, type: metrics.contentType, body: await metrics.text() };
    if (path !== "/health") return { status: 404, type: "text/plain", body: "here are /metrics and /health\n" };
    const state = await health().catch((error: Error) => ({ ok: false, error: error.message }));
    return { status: state.ok ? 200 : 503, type: "application/json", body: `${JSON.stringify(state)}\n` };
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(Number(port), host.replace(/^\[|\]$/g, ""), resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
