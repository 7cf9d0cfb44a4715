import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { chromium as playwright } from "playwright-core";
import { certificate } from "../certificate.ts";
import { listening } from "../receiver.ts";

/** Protocol Buffers, as far as they are needed: fields of integers, of 64 fixed bits, of bytes. */
type Field = readonly [number: number, value: number | bigint | string | Buffer];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === "number") return [varint(number * 8), varint(value)];
      if (typeof value === "bigint") {
        const fixed = Buffer.alloc(8);
        fixed.writeBigUInt64LE(value);
        return [varint(number * 8 + 1), fixed];
      }
      const bytes = Buffer.from(value as string);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** Messages of Google's Mobile Connection Server: a tag, a length, Protocol Buffers. */
const stanza = (tag: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), varint(body.length), body]);
const version = 41;
const [heartbeatPing, heartbeatAck, loginRequest, loginResponse, dataMessage] = [0, 1, 2, 3, 8];

/** The whole messages at the start of what came, and what is left. */
function stanzasOf(bytes: Buffer): { stanzas: (readonly [tag: number, body: Buffer])[]; rest: Buffer } {
  const stanzas: (readonly [number, Buffer])[] = [];
  let at = 0;
  for (;;) {
    let size = 0;
    let end = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[end++];
      if (byte === undefined) return { stanzas, rest: bytes.subarray(at) };
      size += (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (end + size > bytes.length) return { stanzas, rest: bytes.subarray(at) };
    stanzas.push([bytes[at]!, bytes.subarray(end, end + size)]);
    at = end + size;
  }
}

/** Replaces Google's servers for Chromium: check-in, registration of a subscription, and the connection for pushes. */
export async function google() {
  const registered = new Map<string, { readonly sender: string; readonly subtype: string }>();
  /** Connections that are logged in. */
  const sockets = new Set<Socket>();
  const pushes = new Map<string, Buffer>();

  const web = await listening(
    createServer(async (request, response) => {
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
      if (request.url === "/checkin") {
        response.end(message([1, 1], [3, Date.now()], [7, 0x1234_5678_9abcn], [8, 0x0fed_cba9n]));
        return;
      }
      const token = `${randomBytes(8).toString("base64url")}:${randomBytes(96).toString("base64url")}`;
      registered.set(token, { sender: form.get("sender") ?? "", subtype: form.get("X-subtype") ?? "" });
      response.end(`token=${token}`);
    }),
  );

  const mcs = await listening(
    createTlsServer(certificate(), (socket) => {
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      let greeted = false;
      let bytes: Buffer = Buffer.alloc(0);
      socket.on("data", (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (!greeted && bytes.length > 0) {
          greeted = true;
          bytes = bytes.subarray(1);
        }
        const { stanzas, rest } = stanzasOf(bytes);
        bytes = rest;
        for (const [tag, body] of stanzas) {
          if (tag === heartbeatPing) socket.write(stanza(heartbeatAck, Buffer.alloc(0)));
          if (tag !== loginRequest) continue;
          socket.write(Buffer.concat([Buffer.from([version]), stanza(loginResponse, message([1, "1"]))]));
          sockets.add(socket);
          // It says which it has; the others were lost with the connection before.
          for (const [id, push] of pushes) if (!body.includes(id)) socket.write(push);
        }
      });
    }),
  );

  return {
    checkin: `http://127.0.0.1:${web.port}/checkin`,
    register: `http://127.0.0.1:${web.port}/register`,
    mcs: `https://localhost:${mcs.port}`,
    knows: (token: string): boolean => registered.has(token),
    forget: () => registered.clear(),
    /** Hands a body to the browser as it is. */
    push(token: string, body: Buffer): void {
      const { sender, subtype } = registered.get(token)!;
      const pair = (key: string, value: string) => message([1, key], [2, value]);
      const id = randomUUID();
      const push = message(
        [2, randomUUID()],
        [3, sender],
        [5, "org.chromium.linux"],
        [7, pair("subtype", subtype)],
        [7, pair("content-encoding", "aes128gcm")],
        [9, id],
        [21, body],
      );
      pushes.set(id, stanza(dataMessage, push));
      for (const socket of sockets) socket.write(pushes.get(id)!);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      web.server.closeAllConnections();
      web.server.close();
      mcs.server.close();
      await Promise.all([once(web.server, "close"), once(mcs.server, "close")]);
    },
  };
}

/** An egress proxy that knows one way: whatever the host, to this port. */
export async function proxyTo(port: number) {
  const asked: string[] = [];
  const { server, port: own } = await listening(createServer());
  server.on("connect", (request, near: Socket) => {
    asked.push(`${request.url}`);
    const far = connect(port, "127.0.0.1", () => near.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  return {
    url: `http://127.0.0.1:${own}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

/** Chromium with a profile of its own, that shows `url`; nothing leaves the machine. */
export async function chromium(
  executablePath: string,
  url: string,
  at: { readonly checkin: string; readonly register: string; readonly mcs: string },
): Promise<AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const context = await playwright.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    timeout: 60_000,
    ignoreDefaultArgs: ["--disable-background-networking"],
    args: [
      `--gcm-checkin-url=${at.checkin}`,
      `--gcm-registration-url=${at.register}`,
      `--gcm-mcs-endpoint=${at.mcs}`,
      "--ignore-certificate-errors",
      "--headless=new",
      "--no-sandbox",
      "--disable-quic",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ],
  });
  const end = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    await context.grantPermissions(["notifications"], { origin: new URL(url).origin });
    await (await context.newPage()).goto(url);
  } catch (error) {
    await end();
    throw error;
  }
  return { [Symbol.asyncDispose]: end };
}
