import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketServer } from "ws";
import { arrivals } from "./page.ts";
import { type PushService, pushService } from "./push-server.ts";

export interface Ack {
  readonly version: string;
  /** 100: read. 101: it could not be decrypted. */
  readonly code: number;
}

export interface Autopush extends AsyncDisposable {
  readonly socketUrl: string;
  readonly service: PushService;
  readonly acks: ReturnType<typeof arrivals<Ack>>;
  /** Hands a body to the browser as it is. */
  push(channel: string, body: Buffer): void;
  /** From now on the endpoints are unknown. */
  forget(): void;
}

/** Replaces Mozilla's push service: a WebSocket for Firefox, an endpoint for the sender. */
export async function autopush(onHello: () => void): Promise<Autopush> {
  const channels = new Set<string>();
  const acks = arrivals<Ack>();
  const sockets = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(sockets, "listening");
  const send = (message: object): void => {
    for (const client of sockets.clients) client.send(JSON.stringify(message));
  };
  const service = await pushService((_headers, body, path) => {
    const channel = path.split("/").at(-1)!;
    if (!channels.has(channel)) {
      return {
        status: 410,
        body: JSON.stringify({ code: 410, errno: 106, error: "Gone", message: "No such subscription" }),
      };
    }
    push(channel, body);
    return { status: 201, headers: { location: `/message/${randomUUID()}` } };
  });

  function push(channelID: string, body: Buffer): void {
    const data = body.toString("base64url");
    send({ messageType: "notification", channelID, version: randomUUID(), data, headers: { encoding: "aes128gcm" } });
  }

  sockets.on("connection", (socket) => {
    socket.on("message", (data) => {
      const { messageType, uaid, channelID, updates } = JSON.parse(`${data}`);
      if (messageType === "hello") {
        const own = uaid || randomBytes(16).toString("hex");
        socket.send(JSON.stringify({ messageType, uaid: own, status: 200, use_webpush: true, broadcasts: {} }));
        onHello();
      } else if (messageType === "register") {
        channels.add(channelID);
        const pushEndpoint = `${service.url}/wpush/v2/${channelID}`;
        socket.send(JSON.stringify({ messageType, channelID, status: 200, pushEndpoint }));
      } else if (messageType === "unregister") {
        channels.delete(channelID);
        socket.send(JSON.stringify({ messageType, channelID, status: 200 }));
      } else if (messageType === "ack") {
        for (const { version, code } of updates) acks.add({ version, code });
      }
    });
  });

  return {
    socketUrl: `ws://127.0.0.1:${(sockets.address() as { port: number }).port}/`,
    service,
    acks,
    push,
    forget: () => channels.clear(),
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** Nothing leaves the machine: the proxy is a port where nobody listens, and loopback goes without it. */
const offline = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "app.update.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
};

/** Firefox with a profile of its own, that shows `url` and takes pushes from `socketUrl`. */
export async function firefox(program: string, url: string, socketUrl: string): Promise<AsyncDisposable> {
  const home = await mkdtemp(join(tmpdir(), "firefox-"));
  const preferences = {
    ...offline,
    "dom.push.serverURL": socketUrl,
    "dom.push.testing.allowInsecureServerURL": true,
    "dom.push.testing.ignorePermission": true,
    "dom.push.connection.enabled": true,
    "dom.serviceWorkers.testing.enabled": true,
    "permissions.default.desktop-notification": 1,
    "browser.shell.checkDefaultBrowser": false,
    "browser.aboutwelcome.enabled": false,
  };
  const lines = Object.entries(preferences).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  await writeFile(join(home, "user.js"), lines.join("\n"));
  const child = spawn(program, ["--headless", "--no-remote", "--profile", home, url], {
    env: { PATH: process.env.PATH, HOME: home, MOZ_CRASHREPORTER_DISABLE: "1" },
    stdio: "ignore",
    // Its own group, so that its children end with it.
    detached: true,
  });
  const ended = once(child, "exit");
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      await ended;
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
