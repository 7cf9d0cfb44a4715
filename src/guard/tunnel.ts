import { type RequestOptions, request } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP, type Socket } from "node:net";

export interface Proxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly authorization: string | undefined;
}

/** Parses the URL of an HTTP proxy, which may hold user and password. Throws TypeError for any other URL. */
export function parseProxy(text: string): Proxy {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new TypeError("guard.proxy must be a URL that starts with http:// or https://");
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

export interface Tunnel {
  /** Undefined if the proxy refused. */
  readonly socket: Socket | undefined;
  readonly status: number;
  /** `200 Connection established` */
  readonly statusLine: string;
}

/** Asks a proxy for a connection to a host (CONNECT, RFC 9110, 9.3.6). Throws the error of connecting to the proxy, or the signal's reason. */
export function openTunnel(proxy: Proxy, host: string, port: number, stop: AbortSignal): Promise<Tunnel> {
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
    const connectRequest = proxy.secure ? secureRequest(options) : request(options);
    const abort = () => connectRequest.destroy(stop.reason);
    stop.addEventListener("abort", abort, { once: true });
    connectRequest.once("error", reject);
    connectRequest.once("connect", (response, socket: Socket, head) => {
      stop.removeEventListener("abort", abort);
      const status = response.statusCode ?? 0;
      const statusLine = `${status} ${response.statusMessage ?? ""}`.trimEnd();
      socket.on("error", () => {});
      if (status < 200 || status > 299) {
        socket.destroy();
        resolve({ socket: undefined, status, statusLine });
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve({ socket: socket.setNoDelay(true), status, statusLine });
    });
    connectRequest.end();
  });
}
