import { z } from "zod";
import { audienceDefinition } from "../audiences/definition.ts";
import { duration, size } from "../base/units.ts";
import { declaredName, profilesDefinition, streamDefinition } from "../profiles/definition.ts";
import { alarmDefinition, triggerDefinition } from "../triggers/definition/definition.ts";

/**
 * A text, or what stands in a file: keys, passwords, certificates. `{ file }` and `{ secret }` are kept and shown nowhere, whatever
 * they are for.
 */
const secret = z.union(
  [
    z.string(),
    z.strictObject({ file: z.string() }),
    z.strictObject({ secret: z.string().min(4, "a secret has at least 4 characters") }),
  ],
  { error: "this must be a text, { file: PATH } or { secret: TEXT }" },
);
export type Secret = z.output<typeof secret>;

/** What the environment fills in is text. */
const whole = z
  .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], { error: "this must be a whole number" })
  .pipe(z.int());
const count = whole.pipe(z.int().positive());
const port = whole.pipe(z.int().min(1).max(65535));
const rate = z.strictObject({ count, per: duration });
const texts = z.record(z.string(), z.string());

const retry = z.strictObject({
  wait: z.union([z.strictObject({ base: duration, cap: duration }), z.array(duration).nonempty()]).optional(),
  jitter: z.number().min(0).max(1).optional(),
  maxAttempts: count.optional(),
  maxAge: duration.optional(),
  retryAfter: z.strictObject({ min: duration, max: duration }).optional(),
});

const limits = z.strictObject({
  concurrency: count.optional(),
  rate: rate.optional(),
  breaker: z.strictObject({ failures: count, resetTimeout: duration }).optional(),
});

/** What may be connected to, besides public addresses; or only what. */
const guard = z.strictObject({
  allow: z.array(z.string()).optional(),
  hosts: z.array(z.string()).optional(),
  ports: z.array(port).optional(),
  proxy: z.string().optional(),
});

const tls = z.strictObject({
  ca: secret.optional(),
  cert: secret.optional(),
  key: secret.optional(),
  passphrase: secret.optional(),
});

/** Of every channel. `to` is a template of where an alert goes, for profiles: `{{ .email }}`. */
const common = {
  to: z.string().optional(),
  guard: guard.optional(),
  retry: retry.optional(),
  limits: limits.optional(),
  /** Other texts that are secret wherever this channel has them, as in `body`, by the names they are shown by. */
  secrets: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "a secret's name is letters, digits and _"), secret).optional(),
};

const http = {
  tls: tls.optional(),
  keepAlive: z.boolean().optional(),
  connections: count.optional(),
  timeout: duration.optional(),
  connectTimeout: duration.optional(),
  responseTimeout: duration.optional(),
  maxResponseBytes: size.optional(),
};

const webhook = z.strictObject({
  kind: z.literal("webhook"),
  ...common,
  ...http,
  url: secret.optional(),
  keys: z.array(secret).optional(),
  method: z.string().optional(),
  headers: z.record(z.string(), secret).optional(),
  auth: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("basic"), user: secret, password: secret }),
      z.strictObject({ kind: z.literal("bearer"), token: secret }),
      z.strictObject({ kind: z.literal("header"), name: z.string(), value: secret }),
      z.strictObject({
        kind: z.literal("oauth2"),
        tokenUrl: z.string(),
        clientId: z.string(),
        clientSecret: secret,
        scope: z.string().optional(),
        audience: z.string().optional(),
        credentials: z.enum(["header", "form"]).optional(),
      }),
    ])
    .optional(),
  permanentStatuses: z.array(z.int().min(100).max(599)).optional(),
  batch: z.strictObject({ size: count, wait: duration }).optional(),
  type: z.string().optional(),
  body: z.string().optional(),
  contentType: z.string().optional(),
  cloudEvents: z.strictObject({ source: z.string() }).optional(),
});

const mailbox = z.union([z.string(), z.strictObject({ address: z.string(), name: z.string().optional() })]);

const attachment = z.strictObject({
  filename: z.string().optional(),
  file: z.string(),
  contentType: z.string().optional(),
  cid: z.string().optional(),
});

const email = z.strictObject({
  kind: z.literal("email"),
  ...common,
  host: z.string(),
  port: port.optional(),
  secure: z.boolean().optional(),
  starttls: z.enum(["required", "offered", "off"]).optional(),
  tls: tls.extend({ servername: z.string().optional() }).optional(),
  auth: z.strictObject({ user: secret, pass: secret }).optional(),
  ehlo: z.string().optional(),
  from: mailbox,
  replyTo: mailbox.optional(),
  returnPath: z.string().optional(),
  dkim: z.strictObject({ domain: z.string(), selector: z.string(), privateKey: secret }).optional(),
  headers: texts.optional(),
  attachments: z.array(attachment).optional(),
  unsubscribe: z.strictObject({ url: z.string().optional(), mailto: z.string().optional() }).optional(),
  encrypt: z
    .strictObject({
      keys: z.record(z.string(), secret).optional(),
      required: z.boolean().optional(),
      subject: z.string().optional(),
    })
    .optional(),
  pool: z
    .strictObject({
      connections: count.optional(),
      messages: count.optional(),
      idle: duration.optional(),
      rate: rate.optional(),
    })
    .optional(),
  timeouts: z
    .strictObject({
      connect: duration.optional(),
      greeting: duration.optional(),
      idle: duration.optional(),
      total: duration.optional(),
    })
    .optional(),
  maxSize: size.optional(),
  maxText: count.optional(),
});

const data = z.record(z.string(), z.json());

const webPush = z.strictObject({
  kind: z.literal("web-push"),
  ...common,
  ...http,
  vapid: z.strictObject({ subject: z.string(), publicKey: z.string(), privateKey: secret }),
  ttl: z.int().min(0).optional(),
  urgency: z.enum(["very-low", "low", "normal", "high"]).optional(),
  topic: z.union([z.string(), z.literal(false)]).optional(),
  data: data.optional(),
  maxPayload: count.optional(),
});

const apns = z.strictObject({
  kind: z.literal("apns"),
  ...common,
  teamId: z.string(),
  keyId: z.string(),
  key: secret,
  topic: z.string(),
  sandbox: z.boolean().optional(),
  host: z.string().optional(),
  ca: secret.optional(),
  connectTimeout: duration.optional(),
  timeout: duration.optional(),
  /** What else Apple has: sound, badge, thread, category, priority …, as the channel's options are called. */
  push: z.record(z.string(), z.json()).optional(),
});

const fcm = z.strictObject({
  kind: z.literal("fcm"),
  ...common,
  ...http,
  /** The JSON file that Google gives for a service account. */
  serviceAccount: secret,
  origin: z.string().optional(),
  validateOnly: z.boolean().optional(),
  /** As the channel's options are called. */
  push: z.record(z.string(), z.json()).optional(),
});

const log = z.strictObject({ kind: z.literal("log"), to: z.string().optional() });

export const channel = z.discriminatedUnion("kind", [webhook, email, webPush, apns, fcm, log]);

const severity = z.enum(["error", "warning", "info", "off"]);

/** What `tocsin lint` and the editor go by. */
export const lintSection = z
  .strictObject({
    rules: z.record(z.string(), severity).optional(),
    /** Profiles, or a JSON Schema of them, to check against. */
    profile: z.string().optional(),
    schema: z.string().optional(),
    functions: z.array(z.enum(["sprig", "alerting", "alertmanager"])).optional(),
    channel: z.enum(["push", "email", "sms"]).optional(),
    longest: z
      .strictObject({
        title: count.optional(),
        subtitle: count.optional(),
        body: count.optional(),
        html: count.optional(),
      })
      .optional(),
    missingKey: z.enum(["default", "zero", "error", "required"]).optional(),
    numbers: z.enum(["int", "float64"]).optional(),
  })
  .prefault({});

/** A trigger as a file has it: with the state it shall have, and its alert in place or in a file of its own. */
const trigger = triggerDefinition.extend({
  /** @default as it is; new ones are drafts */
  state: z.enum(["active", "paused", "draft"]).optional(),
  alert: z.union([z.string().min(1), triggerDefinition.shape.alert], {
    error: "an alert is the path of an alert file, or title, subtitle, body and html",
  }),
});

const where = "this must be a port, or HOST:PORT";
const listen = z.union([z.int(where).min(0, where).max(65535, where), z.string().regex(/^(.+:)?\d{1,5}$/, where)], {
  error: where,
});

const logLevel = z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info");

/** All of `tocsin.yaml`. */
export const config = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  store: z
    .strictObject({
      file: z.string().default("tocsin.db"),
      /** What is kept of settled deliveries. */
      retention: z.strictObject({ age: duration.optional(), size: size.optional() }).optional(),
    })
    .prefault({}),
  /** For all channels that have no guard of their own. */
  guard: guard.optional(),
  /** Which functions templates have, besides Go's own. */
  functions: z.array(z.enum(["sprig", "alerting", "alertmanager"])).default(["sprig", "alerting"]),
  timeZone: z.string().optional(),
  locale: z.string().optional(),
  /**
   * What rendering one alert, and evaluating one condition or mapping, may use: steps (@default 200,000), bytes of output
   * (@default 4 MiB), templates within each other (@default 1,000), time (@default 1 s).
   */
  limits: z
    .strictObject({
      steps: count.optional(),
      output: size.optional(),
      depth: count.optional(),
      time: duration.optional(),
    })
    .prefault({}),
  channels: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, "a channel's name is lower-case letters, digits, - and _"), channel)
    .default({}),
  lint: lintSection,
  work: z
    .strictObject({
      /** Attempts at once, of all channels. */
      concurrency: count.optional(),
      /** How long others leave to a process what it holds, once it no longer says that it runs (@default 60 s). */
      lease: duration.optional(),
      /** Where metrics and health are served: `9464`, or `127.0.0.1:9464`. */
      metrics: listen.optional(),
      log: logLevel,
      /** How long a stop waits for what is under way. */
      shutdownTimeout: duration.default(15_000),
    })
    .prefault({}),
  /** How profiles are put together. */
  profiles: profilesDefinition.optional(),
  streams: z.record(declaredName, streamDefinition).default({}),
  audiences: z.record(declaredName, audienceDefinition).default({}),
  triggers: z.record(declaredName, trigger).default({}),
  alarms: z.record(declaredName, alarmDefinition).default({}),
  /** The service: `tocsin serve`. */
  serve: z
    .strictObject({
      /** Where it listens: `8080`, or `0.0.0.0:8080`; the host is 127.0.0.1 unless given. Port 0 is any that is free. */
      listen: listen.default(8080),
      /** Whether the OpenAPI document and the reference page can be read without a key. */
      docs: z.boolean().default(true),
      /** Whether /metrics can be read without a key. */
      publicMetrics: z.boolean().default(false),
      /** Addresses of proxies whose `X-Forwarded-For` is believed, as CIDR or names such as `loopback`; `[]`: there is none. */
      trustedProxies: z.array(z.string()).optional(),
      limits: z
        .strictObject({
          /** Of a body, and of each of several payloads; `bulk` of what is collected, and of profiles in bulk. */
          body: size.optional(),
          bulk: size.optional(),
          /** Requests of one key; `unauthenticated` those without a key that holds, of one address. */
          rate: rate.optional(),
          unauthenticated: rate.optional(),
          /** Threads for what callers ask to be evaluated: how many, the memory of each, the time of one request, how many may wait. */
          workers: z
            .strictObject({
              size: whole.pipe(z.int().min(0)).optional(),
              memory: size.optional(),
              time: duration.optional(),
              queue: count.optional(),
            })
            .optional(),
          /** Bodies of all requests under way: how many, and their bytes, inflated ones too. Beyond, 503. @default 1000, 64MiB */
          inFlight: z.strictObject({ count, bytes: size }).optional(),
          /** Of these, signed ones whose signature is not checked yet; each has `time` to come in. @default 32, 8MiB, 10s */
          unverified: z.strictObject({ count, bytes: size, time: duration }).optional(),
        })
        .prefault({}),
      log: logLevel,
      /** How long a stop waits for what is under way. */
      shutdownTimeout: duration.default(15_000),
    })
    .prefault({}),
});
export type Config = z.output<typeof config>;
export type ChannelConfig = z.output<typeof channel>;
