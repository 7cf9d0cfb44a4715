import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { type EmailOptions, email } from "../../../src/channels/email.ts";
import type { Channel, Draft } from "../../../src/dispatch/index.ts";
import type { AttemptResult, Delivery } from "../../../src/store/index.ts";

export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly secure: boolean;
  readonly user: unknown;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly taken: Taken[];
}

/** Takes every message, unless the options say otherwise. */
export async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onData(stream, { envelope, secure, user }, done) {
      stream.toArray().then((chunks) => {
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom ? mailFrom.address : "";
        taken.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks), secure, user });
        done(null, "taken as 1234");
      }, done);
    },
    ...options,
  });
  // Of connections that a test has broken.
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Sets the response at each step; `close` and `silence` send none. */
export interface Script {
  readonly greeting?: string;
  readonly ehlo?: string;
  readonly starttls?: string;
  readonly auth?: string;
  readonly mail?: string;
  readonly rcpt?: string;
  readonly data?: string;
  /** After the first line of the message. */
  readonly within?: string;
  readonly dot?: string;
}

/** Speaks just enough SMTP to go wrong anywhere; `said` has all lines it was sent. */
export async function scriptedServer(script: Script): Promise<AsyncDisposable & { port: number; said: string[] }> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    const answer = (step: keyof Script, usual: string): void => {
      const text = script[step] ?? usual;
      if (text === "close") socket.destroy();
      else if (text !== "silence") socket.write(`${text}\r\n`);
    };
    let inMessage = false;
    answer("greeting", "220 test ESMTP");
    createInterface({ input: socket }).on("line", (text) => {
      said.push(text);
      if (inMessage) {
        if (script.within !== undefined) answer("within", "");
        if (text !== ".") return;
        inMessage = false;
        answer("dot", "250 2.0.0 Ok");
      } else if (/^EHLO/i.test(text)) answer("ehlo", "250-test\r\n250 AUTH PLAIN");
      else if (/^STARTTLS/i.test(text)) answer("starttls", "502 5.5.1 no such command");
      else if (/^AUTH/i.test(text)) answer("auth", "235 2.7.0 welcome");
      else if (/^MAIL/i.test(text)) answer("mail", "250 2.1.0 Ok");
      else if (/^RCPT/i.test(text)) answer("rcpt", "250 2.1.5 Ok");
      else if (/^DATA/i.test(text)) {
        inMessage = (script.data ?? "354").startsWith("354");
        answer("data", "354 go on");
      } else answer("greeting", "250 Ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    said,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

export type TestChannel = Channel & AsyncDisposable;

/** In clear to loopback, if the options say nothing else. */
export function channelTo(port: number, options: Partial<EmailOptions> = {}): TestChannel {
  const channel = email({
    host: "127.0.0.1",
    port,
    starttls: "off",
    guard: { allow: ["127.0.0.1"] },
    from: { name: "Tocsin", address: "alerts@example.org" },
    ...options,
  });
  return { ...channel, [Symbol.asyncDispose]: async () => channel.close?.() };
}

export const draft = (given: Partial<Draft> = {}): Draft => ({
  id: "msg_2Zx7",
  channel: "mail",
  to: "ada@example.net",
  alert: { title: "Shipped" },
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  ...given,
});

/** Accepts, composes, stores as JSON and sends, as the dispatcher does. */
export async function handOver(channel: Channel, given: Partial<Draft> = {}): Promise<Delivery> {
  const { profile, ...rest } = draft(given);
  const { destination } = channel.accept(rest.to, rest.options);
  const content = await channel.compose?.({ ...rest, profile });
  return JSON.parse(JSON.stringify({ ...rest, destination, content, attempt: 1 }));
}

export const never = new AbortController().signal;

export async function deliver(channel: Channel, given: Partial<Draft> = {}): Promise<AttemptResult> {
  return channel.send(await handOver(channel, given), { now: 0, signal: never });
}
