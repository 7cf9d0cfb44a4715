import { type Agent, type IncomingHttpHeaders, request } from "node:http";

/** One request of an attacker. */
export interface HostileRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface Answered {
  /** 0 if there was none. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends a request from an address of this machine, on a connection of its own unless there is an agent. Never throws; ends after
 * `timeout` ms.
 */
export function ask(
  port: number,
  { method = "GET", path, headers = {}, body }: HostileRequest,
  {
    from = "127.0.0.1",
    timeout = 60_000,
    agent = false,
  }: { from?: string; timeout?: number; agent?: Agent | false } = {},
): Promise<Answered> {
  return new Promise((resolve) => {
    const none = (): void => resolve({ status: 0, headers: {}, text: "" });
    const length = body === undefined ? {} : { "content-length": `${Buffer.byteLength(body)}` };
    const options = { host: "127.0.0.1", port, method, path, localAddress: from, agent } as const;
    const sent = request({ ...options, headers: { ...length, ...headers } }, (response) => {
      let text = "";
      response
        .on("data", (some) => {
          if (text.length < 100_000) text += some;
        })
        .on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }))
        .on("error", none)
        .on("close", none);
    });
    sent.on("error", none).setTimeout(timeout, () => sent.destroy());
    sent.end(body);
  });
}

/** Another address of the loopback network for each number: to the service, other people. */
export const stranger = (n: number): string => `127.${1 + (n % 20)}.${1 + (Math.floor(n / 20) % 250)}.9`;
