import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { createTransport, type SendMailOptions } from "nodemailer";
import PQueue from "p-queue";
import { createGuard } from "../../guard/index.ts";
import { normalizeAddress } from "./address.ts";
import type { EmailOptions } from "./options.ts";

export interface Envelope {
  readonly from: string;
  readonly to: string;
}

/** Tells how far an attempt came. */
export interface Progress {
  /** Stream of the message; unread until the server has accepted the envelope. */
  message?: Readable;
}

export interface SmtpPool {
  /** `mx.example.org:587` */
  readonly server: string;
  /**
   * Sends one message over one of the connections, in turn.
   * @param compose called when the message's turn is near: at most twice as many messages are in memory as there are connections
   * @returns the server's response
   * @throws errors of composing and of nodemailer; p-queue's TimeoutError; the signal's reason
   */
  send(compose: () => Promise<Buffer>, envelope: Envelope, signal: AbortSignal, progress: Progress): Promise<string>;
  close(): void;
}

/** Creates a pool of connections to the mail server. @throws TypeError for options that contradict each other */
export function createSmtpPool(options: EmailOptions): SmtpPool {
  const { host, auth, ehlo, starttls = "required", pool = {}, timeouts = {} } = options;
  const secure = options.secure ?? options.port === 465;
  const port = options.port ?? (secure ? 465 : 587);
  if (auth !== undefined && !secure && starttls !== "required") {
    throw new TypeError(
      `starttls "${starttls}" could send the password in clear text; set starttls to "required", or use secure`,
    );
  }
  if (ehlo !== undefined) normalizeAddress(`postmaster@${ehlo}`);
  const { connections = 5, rate } = pool;
  const { connect = 10_000, greeting = 10_000, idle = 60_000, total = 120_000 } = timeouts;
  const guard = createGuard(options.guard);
  guard.check(host, port);

  const { ca, ...tls } = options.tls ?? {};
  const transport = createTransport({
    pool: true,
    host,
    port,
    secure,
    ...(!secure && { requireTLS: starttls === "required", ignoreTLS: starttls === "off" }),
    tls: { minVersion: "TLSv1.2", ...definedOf(tls), ...(ca !== undefined && { ca: ca as string | string[] }) },
    ...(auth !== undefined && { auth: { user: auth.user, pass: auth.pass } }),
    ...(ehlo !== undefined && { name: ehlo }),
    disableFileAccess: true,
    disableUrlAccess: true,
    connectionTimeout: connect,
    greetingTimeout: greeting,
    socketTimeout: idle,
    maxConnections: connections,
    maxMessages: pool.messages ?? 100,
    idleTimeout: pool.idle ?? 60_000,
    // Retries once if the server closed a kept connection before a byte of the message was sent.
    maxRequeues: 1,
    maxResponseSize: 16_384,
    getSocket(_options: unknown, done: (error: Error | null, socket?: { connection: Socket }) => void) {
      guard.connect({ host, port, timeout: connect }).then(
        (connection) => done(null, { connection }),
        (error: Error) => done(error),
      );
    },
  });
  transport.use("stream", ({ message, data }, done) => {
    const { bytes, progress } = data as ComposedMail;
    // The bytes are complete: nodemailer would pipe them through four more streams.
    message.createReadStream = () => {
      progress.message = new Readable({
        read() {
          this.push(bytes);
          this.push(null);
        },
      });
      return progress.message;
    };
    done();
  });

  // A queue before nodemailer's own, so that the time of an attempt begins when a connection is free for it.
  const sending = new PQueue({
    concurrency: connections,
    timeout: total,
    ...(rate !== undefined && { intervalCap: rate.count, interval: rate.per, strict: true }),
  });

  // Composes the next messages while others are being sent, but no more than are needed soon.
  const composing = new PQueue({ concurrency: 2 * connections });

  return {
    server: `${host}:${port}`,
    send: (compose, { from, to }, signal, progress) =>
      composing.add(
        async () => {
          const bytes = await compose();
          return sending.add(
            async ({ signal: stop }) => {
              const mail: ComposedMail = {
                bytes,
                envelope: { from, to: [to], size: bytes.length },
                ...(stop !== undefined && { signal: stop }),
                progress,
              };
              return (await transport.sendMail(mail)).response;
            },
            { signal },
          );
        },
        { signal },
      ),
    close: () => transport.close(),
  };
}

interface ComposedMail extends SendMailOptions {
  readonly bytes: Buffer;
  readonly progress: Progress;
}

const definedOf = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
