import { type RequestOptions, request } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type Socket } from "node:net";

export interface Proxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
}

/** Throws TypeError for a URL that is not one of an HTTP proxy; user and password may be in it. */
export function proxyOf(text: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError("an egress proxy is a URL with http:// or https://");
  }
  const secure = url.protocol === "https:";
  const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 443 : 80),
    authorization: user === ":" ? undefined : `Basic ${Buffer.from(user).toString("base64")}`,
  };
}

/** Without a socket if the proxy would not; `line` is what it answered. */
export interface Tunnel {
  readonly socket: Socket | undefined;
  readonly status: number;
  readonly line: string;
}

/** Asks a proxy for a connection (RFC 9110, 9.3.6). Throws the error of connecting to it, or the signal's reason. */
export function tunnel(proxy: Proxy, host: string, port: number, stop: AbortSignal): Promise<Tunnel> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const options: RequestOptions = {
    host: proxy.host,
    port: proxy.port,
    method: "CONNECT",
    path: authority,
    headers: {
      host: authority,
      ...(proxy.authorization !== undefined && { "proxy-authorization": proxy.authorization }),
    },
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const asking = proxy.secure ? secureRequest(options) : request(options);
    const abort = () => asking.destroy(stop.reason);
    stop.addEventListener("abort", abort, { once: true });
    asking.once("error", reject);
    asking.once("connect", (answer, socket: Socket, head) => {
      stop.removeEventListener("abort", abort);
      const status = answer.statusCode ?? 0;
      const line = `${status} ${answer.statusMessage ?? ""}`.trimEnd();
      socket.on("error", () => {});
      if (status < 200 || status > 299) {
        socket.destroy();
        resolve({ socket: undefined, status, line });
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve({ socket: socket.setNoDelay(true), status, line });
    });
    asking.end();
  });
}
