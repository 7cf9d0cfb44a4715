import { z } from "zod";
import { audienceDefinition } from "../audiences/definition.ts";
import { duration, size } from "../base/units.ts";
import { declaredName, profilesDefinition, streamDefinition } from "../profiles/definition.ts";
import { alarmDefinition, triggerDefinition } from "../triggers/definition/definition.ts";

/**
 * Accepts a text, or the content of a file: keys, passwords, certificates. `{ file }` and `{ secret }` are kept and shown nowhere, whatever
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

/** Accepts a whole number, also as text: values from the environment are text. */
const whole = z
  .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], { error: "this must be a whole number" })
  .pipe(z.int());
const count = whole.pipe(z.int().positive());
const port = whole.pipe(z.int().min(1).max(65535));
const rate = z.strictObject({
  count: count.describe("Maximum number in a period."),
  per: duration.describe("Length of the period."),
});
const texts = z.record(z.string(), z.string());

const retry = z.strictObject({
  wait: z
    .union([
      z.strictObject({
        base: duration.describe("Upper bound of the first pause; it doubles with each attempt."),
        cap: duration.describe("Longest pause."),
      }),
      z.array(duration).nonempty(),
    ])
    .optional()
    .describe(
      "Pauses between attempts: a list, after whose end nothing is retried, or random pauses that grow from base to at most cap. Default: { base: 5s, cap: 6h }.",
    ),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Random share, from 0 to 1, by which a listed pause varies. Default: 0.1."),
  maxAttempts: count
    .optional()
    .describe(
      "Maximum number of attempts; then the delivery is a dead letter. Default: unlimited; for a list one more than its length.",
    ),
  maxAge: duration.optional().describe("Maximum age of a delivery; then it is a dead letter. Default: 3d."),
  retryAfter: z
    .strictObject({ min: duration.describe("Shortest pause."), max: duration.describe("Longest pause.") })
    .optional()
    .describe("Bounds within which a Retry-After header of the receiver is followed. Default: { min: 1s, max: 24h }."),
});

const limits = z.strictObject({
  concurrency: count.optional().describe("Maximum number of attempts at a time for one destination. Default: 8."),
  rate: rate.optional().describe("Maximum number of attempts in a period, for one destination. Default: none."),
  breaker: z
    .strictObject({
      failures: count.describe("Number of failures in a row."),
      resetTimeout: duration.describe("Length of the pause."),
    })
    .optional()
    .describe(
      "Pauses a destination after failures in a row; then one attempt tests it. Default: { failures: 10, resetTimeout: 30s }.",
    ),
});

/** Allows connections to more than public addresses, or restricts them. */
const guard = z.strictObject({
  allow: z
    .array(z.string())
    .optional()
    .describe("Addresses and CIDR blocks that may be connected to although they are not public. Default: none."),
  hosts: z
    .array(z.string())
    .optional()
    .describe(
      "Hosts that may be connected to, as names, *.example.com or addresses; all others are refused. Default: all.",
    ),
  ports: z.array(port).optional().describe("Ports that may be connected to; all others are refused. Default: all."),
  proxy: z
    .string()
    .optional()
    .describe("URL of a proxy that all connections go through; it has to check addresses itself. Default: none."),
});

const tls = z.strictObject({
  ca: secret.optional().describe("Certificate authority of the server, in PEM."),
  cert: secret.optional().describe("Client certificate, in PEM."),
  key: secret.optional().describe("Private key of the client certificate, in PEM."),
  passphrase: secret.optional().describe("Passphrase of the private key."),
});

/** Lists the keys that every channel has. `to` is a template of the destination, for profiles: `{{ .email }}`. */
const common = {
  to: z.string().optional().describe("Template of the default destination, as in {{ .email }}."),
  guard: guard.optional().describe("What this channel may connect to; replaces the top-level guard."),
  retry: retry.optional().describe("When failed attempts are retried."),
  limits: limits.optional().describe("Limits of each destination of this channel."),
  secrets: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, "a secret's name is letters, digits and _"), secret)
    .optional()
    .describe("More secret texts of this channel, by the names that are shown in their place."),
};

const http = {
  tls: tls.optional().describe("TLS of connections to the receiver."),
  keepAlive: z
    .boolean()
    .optional()
    .describe("Keep connections open between requests; for trusted receivers only. Default: false."),
  connections: count.optional().describe("Maximum number of connections to one origin. Default: unlimited."),
  timeout: duration.optional().describe("Maximum duration of a whole attempt. Default: 20s."),
  connectTimeout: duration.optional().describe("Maximum duration of resolving, connecting and TLS. Default: 5s."),
  responseTimeout: duration
    .optional()
    .describe("Maximum time to wait for the response, and between two pieces of it. Default: 15s."),
  maxResponseBytes: size.optional().describe("Maximum size of a response that is read. Default: 64KiB."),
};

const webhook = z.strictObject({
  kind: z.literal("webhook"),
  ...common,
  ...http,
  url: secret.optional().describe("URL of the receiver; a destination overrides it."),
  keys: z
    .array(secret)
    .optional()
    .describe(
      "Signing keys (Standard Webhooks): whsec_ or whsk_; several during a rotation. Default: none, and no signature.",
    ),
  method: z.string().optional().describe("HTTP method. Default: POST."),
  headers: z.record(z.string(), secret).optional().describe("Additional headers, by name."),
  auth: z
    .discriminatedUnion("kind", [
      z.strictObject({
        kind: z.literal("basic"),
        user: secret.describe("User, for basic."),
        password: secret.describe("Password, for basic."),
      }),
      z.strictObject({ kind: z.literal("bearer"), token: secret.describe("Token, for bearer.") }),
      z.strictObject({
        kind: z.literal("header"),
        name: z.string().describe("Name of the header, for header."),
        value: secret.describe("Value of the header, for header."),
      }),
      z.strictObject({
        kind: z.literal("oauth2"),
        tokenUrl: z.string().describe("URL of the token endpoint, for oauth2."),
        clientId: z.string().describe("Client id, for oauth2."),
        clientSecret: secret.describe("Client secret, for oauth2."),
        scope: z.string().optional().describe("Scope, for oauth2."),
        audience: z.string().optional().describe("Audience, for oauth2."),
        credentials: z
          .enum(["header", "form"])
          .optional()
          .describe("Where the client id and secret are sent, for oauth2. Default: header."),
      }),
    ])
    .optional()
    .describe("Authentication: basic, bearer, header or oauth2."),
  permanentStatuses: z
    .array(z.int().min(100).max(599))
    .optional()
    .describe("Response statuses that are not retried. Default: 400, 405, 413, 414, 415, 422, 431."),
  batch: z
    .strictObject({
      size: count.describe("Maximum number of alerts in a request."),
      wait: duration.describe("Maximum time to wait for more."),
    })
    .optional()
    .describe("Several alerts in one request, as a JSON array. Default: none."),
  type: z
    .string()
    .optional()
    .describe("Type of the event in the payload, words with dots between them. Default: alert."),
  body: z
    .string()
    .optional()
    .describe(
      "Template of the payload, with every value escaped for JSON. Default: { type, timestamp, data }, with the alert in data.",
    ),
  contentType: z
    .string()
    .optional()
    .describe("Content-Type of a payload that a template makes. Default: application/json."),
  cloudEvents: z
    .strictObject({ source: z.string().describe("Source of the events, a URI.") })
    .optional()
    .describe("Send CloudEvents with this source."),
});

const mailbox = z.union([
  z.string(),
  z.strictObject({
    address: z.string().describe("Mail address."),
    name: z.string().optional().describe("Display name."),
  }),
]);

const attachment = z.strictObject({
  filename: z.string().optional().describe("Name of the attachment."),
  file: z.string().describe("Path of the file."),
  contentType: z.string().optional().describe("Media type."),
  cid: z.string().optional().describe("Content id, for images in html."),
});

const email = z.strictObject({
  kind: z.literal("email"),
  ...common,
  host: z.string().describe("Host of the mail server."),
  port: port.optional().describe("Port of the mail server. Default: 465 if secure, else 587."),
  secure: z.boolean().optional().describe("Use TLS from the start of the connection. Default: true for port 465."),
  starttls: z
    .enum(["required", "offered", "off"])
    .optional()
    .describe("Whether STARTTLS is required, used if offered, or off. Default: required."),
  tls: tls
    .extend({ servername: z.string().optional().describe("Name that the certificate has to have. Default: the host.") })
    .optional()
    .describe("TLS of the connection to the mail server."),
  auth: z
    .strictObject({ user: secret.describe("User."), pass: secret.describe("Password.") })
    .optional()
    .describe("User and password of the mail server."),
  ehlo: z
    .string()
    .optional()
    .describe("Name that the client gives to the mail server. Default: the name of this machine."),
  from: mailbox.describe("Sender of all messages."),
  replyTo: mailbox.optional().describe("Address for replies."),
  returnPath: z.string().optional().describe("Envelope sender, for bounces. Default: from."),
  dkim: z
    .strictObject({
      domain: z.string().describe("Signing domain."),
      selector: z.string().describe("Selector of the DNS record."),
      privateKey: secret.describe("Private key, in PEM."),
    })
    .optional()
    .describe("DKIM signature of messages."),
  headers: texts.optional().describe("Additional headers, by name."),
  attachments: z.array(attachment).optional().describe("Files attached to every message."),
  unsubscribe: z
    .strictObject({
      url: z.string().optional().describe("Template of the URL."),
      mailto: z.string().optional().describe("Template of the mail address."),
    })
    .optional()
    .describe("URL or mail address for one-click unsubscribe (RFC 8058)."),
  encrypt: z
    .strictObject({
      keys: z.record(z.string(), secret).optional().describe("Public keys by mail address."),
      required: z.boolean().optional().describe("Refuse to send to an address without a key."),
      subject: z.string().optional().describe("Subject that is visible outside the encryption. Default: '...'."),
    })
    .optional()
    .describe("OpenPGP encryption: keys by address, whether it is required, and the subject shown outside."),
  pool: z
    .strictObject({
      connections: count.optional().describe("Maximum number of connections. Default: 5."),
      messages: count.optional().describe("Maximum number of messages in a connection. Default: 100."),
      idle: duration.optional().describe("Time after which an idle connection is closed. Default: 60s."),
      rate: rate.optional().describe("Maximum number of messages in a period. Default: none."),
    })
    .optional()
    .describe("Connections to the mail server: number, messages per connection, idle time, rate."),
  timeouts: z
    .strictObject({
      connect: duration.optional().describe("Maximum time of connecting. Default: 10s."),
      greeting: duration.optional().describe("Maximum time to wait for the greeting. Default: 10s."),
      idle: duration.optional().describe("Maximum time without a response. Default: 60s."),
      total: duration.optional().describe("Maximum time of a whole attempt. Default: 2m."),
    })
    .optional()
    .describe("Maximum durations of connecting, greeting, idling and the whole attempt."),
  maxSize: size.optional().describe("Maximum size of a message. Default: 10MiB."),
  maxText: count.optional().describe("Maximum number of characters of the body, and of the HTML. Default: 1,048,576."),
});

const data = z.record(z.string(), z.json());

const webPush = z.strictObject({
  kind: z.literal("web-push"),
  ...common,
  ...http,
  vapid: z
    .strictObject({
      subject: z.string().describe("Contact: a mailto: or https: URL."),
      publicKey: z.string().describe("Public key, in base64url."),
      privateKey: secret.describe("Private key, in base64url."),
    })
    .describe("VAPID keys (RFC 8292); tocsin keys vapid creates them."),
  ttl: z
    .int()
    .min(0)
    .optional()
    .describe(
      "Seconds for which the push service keeps a message for a browser that is offline, up to 2,419,200. Default: 2,419,200.",
    ),
  urgency: z
    .enum(["very-low", "low", "normal", "high"])
    .optional()
    .describe("Urgency of messages: how much battery they may use. Default: normal."),
  topic: z
    .union([z.string(), z.literal(false)])
    .optional()
    .describe("Topic that replaces earlier messages; false: none."),
  data: data.optional().describe("Data for the service worker."),
  maxPayload: count.optional().describe("Maximum bytes of the payload. Default: 3,993."),
});

const apns = z.strictObject({
  kind: z.literal("apns"),
  ...common,
  teamId: z.string().describe("Team id of the Apple developer account."),
  keyId: z.string().describe("Id of the signing key."),
  key: secret.describe("Signing key (.p8)."),
  topic: z.string().describe("Bundle id of the app."),
  sandbox: z.boolean().optional().describe("Use Apple's sandbox, for apps that Xcode installed. Default: false."),
  host: z.string().optional().describe("Host to connect to instead of Apple's."),
  ca: secret.optional().describe("Certificate authority of the host, in PEM."),
  connectTimeout: duration.optional().describe("Maximum duration of resolving, connecting and TLS. Default: 10s."),
  timeout: duration.optional().describe("Maximum duration of an attempt. Default: 20s."),
  push: z
    .record(z.string(), z.json())
    .optional()
    .describe(
      "Further APNs options: sound, badge, thread, category, priority and others, named as the options of the channel.",
    ),
});

const fcm = z.strictObject({
  kind: z.literal("fcm"),
  ...common,
  ...http,
  serviceAccount: secret.describe("JSON file of the Google service account."),
  origin: z.string().optional().describe("URL of the API instead of Google's."),
  validateOnly: z.boolean().optional().describe("Let FCM validate messages without delivering them. Default: false."),
  push: z.record(z.string(), z.json()).optional().describe("Further FCM options, named as the options of the channel."),
});

const log = z.strictObject({
  kind: z.literal("log"),
  to: z.string().optional().describe("Template of the default destination, which is only printed."),
});

export const channel = z.discriminatedUnion("kind", [webhook, email, webPush, apns, fcm, log]);

const severity = z.enum(["error", "warning", "info", "off"]);

/** Configures `tocsin lint` and the editor. */
export const lintSection = z
  .strictObject({
    rules: z.record(z.string(), severity).optional().describe("Severity by rule; off disables a rule."),
    profile: z.string().optional().describe("File with sample profiles to check against."),
    schema: z.string().optional().describe("File with a JSON Schema of profiles to check against."),
    functions: z
      .array(z.enum(["sprig", "alerting", "alertmanager"]))
      .optional()
      .describe("Function sets that templates may use."),
    channel: z.enum(["push", "email", "sms"]).optional().describe("Kind of channel, for the maximum length of texts."),
    maxLength: z
      .strictObject({
        title: count.optional().describe("Maximum for the title."),
        subtitle: count.optional().describe("Maximum for the subtitle."),
        body: count.optional().describe("Maximum for the body."),
        html: count.optional().describe("Maximum for the HTML."),
      })
      .optional()
      .describe("Maximum number of characters of each part."),
    missingKey: z
      .enum(["default", "zero", "error", "required"])
      .optional()
      .describe("How a missing field is treated. Default: default."),
    numbers: z
      .enum(["int", "float64"])
      .optional()
      .describe("Whether integral numbers are int or float64. Default: int."),
  })
  .prefault({});

/** Accepts a trigger in a file: with the state it shall have, and its alert inline or in a file of its own. */
const trigger = triggerDefinition.extend({
  state: z
    .enum(["active", "paused", "draft"])
    .optional()
    .describe("Desired state; absent: unchanged, and draft for a new trigger."),
  alert: z
    .union([z.string().min(1), triggerDefinition.shape.alert], {
      error: "an alert is the path of an alert file, or title, subtitle, body and html",
    })
    .describe("Path of an alert file, or the alert itself: title, subtitle, body, html."),
});

const where = "this must be a port, or HOST:PORT";
const listen = z.union([z.int(where).min(0, where).max(65535, where), z.string().regex(/^(.+:)?\d{1,5}$/, where)], {
  error: where,
});

const logLevel = z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info");

/** Accepts all of `tocsin.yaml`. */
export const config = z.strictObject({
  $schema: z.string().optional().describe("JSON Schema of this file, for editors."),
  store: z
    .strictObject({
      file: z.string().default("tocsin.db").describe("Path of the SQLite file."),
      retention: z
        .strictObject({
          age: duration.optional().describe("Maximum age; older ones are removed."),
          size: size.optional().describe("Maximum size of all; the oldest are removed."),
        })
        .optional()
        .describe("How long settled deliveries are kept, and how much of them."),
    })
    .prefault({})
    .describe("Where deliveries, profiles and everything else are stored."),
  guard: guard.optional().describe("What channels may connect to; a channel may have a guard of its own."),
  functions: z
    .array(z.enum(["sprig", "alerting", "alertmanager"]))
    .default(["sprig", "alerting"])
    .describe("Function sets that templates may use besides Go's built-in functions."),
  timeZone: z.string().optional().describe("IANA time zone of templates."),
  locale: z.string().optional().describe("Locale of templates, as in en-GB."),
  limits: z
    .strictObject({
      steps: count.optional().describe("Maximum number of steps. Default: 200,000."),
      output: size.optional().describe("Maximum size of the output. Default: 4MiB."),
      depth: count.optional().describe("Maximum depth of templates that call each other. Default: 1,000."),
      time: duration.optional().describe("Maximum time of one render. Default: 1s."),
    })
    .prefault({})
    .describe("Limits of rendering one alert and of evaluating one condition or mapping."),
  channels: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, "a channel's name is lower-case letters, digits, - and _"), channel)
    .default({})
    .describe("Channels, by name."),
  lint: lintSection.describe("Settings of tocsin lint and the editor."),
  work: z
    .strictObject({
      concurrency: count.optional().describe("Maximum number of attempts at a time, over all channels."),
      lease: duration
        .optional()
        .describe(
          "Time after which other processes take over the deliveries of a process that has stopped. Default: 60s.",
        ),
      metrics: listen.optional().describe("Port, or HOST:PORT, that serves metrics and health."),
      log: logLevel.describe("Level of the log."),
      shutdownTimeout: duration
        .default(15_000)
        .describe("Maximum time that a stop waits for attempts in flight. Default: 15s."),
    })
    .prefault({})
    .describe("Settings of tocsin work, and of deliveries in tocsin serve."),
  profiles: profilesDefinition.optional().describe("Identifiers of profiles, and the rules for merging them."),
  streams: z
    .record(declaredName, streamDefinition)
    .default({})
    .describe("Streams that other systems post events to, by name."),
  audiences: z.record(declaredName, audienceDefinition).default({}).describe("Audiences, by name."),
  triggers: z.record(declaredName, trigger).default({}).describe("Triggers, by name."),
  alarms: z.record(declaredName, alarmDefinition).default({}).describe("Alarms, by name."),
  serve: z
    .strictObject({
      listen: listen
        .default(8080)
        .describe(
          "Port, or HOST:PORT, that the service listens on; the default host is 127.0.0.1, and port 0 is any free one.",
        ),
      docs: z.boolean().default(true).describe("Whether the OpenAPI document and the page /docs are public."),
      publicMetrics: z.boolean().default(false).describe("Whether /metrics can be read without an API key."),
      trustedProxies: z
        .array(z.string())
        .optional()
        .describe(
          "Addresses of proxies whose X-Forwarded-For is trusted, as CIDR blocks or names such as loopback; []: there is none.",
        ),
      limits: z
        .strictObject({
          body: size
            .optional()
            .describe("Maximum size of a body, decoded, and of each of several payloads. Default: 1MiB."),
          bulk: size.optional().describe("The same for collected events and for profiles in bulk. Default: 10MiB."),
          rate: rate
            .optional()
            .describe("Requests of one API key, or signed requests of one stream. Default: 6,000 in 1m."),
          unauthenticated: rate
            .optional()
            .describe(
              "Requests of one address without a valid API key or signature that are answered with a 4xx status; beyond, 429. Default: 120 in 1m.",
            ),
          workers: z
            .strictObject({
              size: whole
                .pipe(z.int().min(0))
                .optional()
                .describe("Number of threads; 0: everything runs on the event loop. Default: 2."),
              memory: size.optional().describe("Maximum memory of one thread. Default: 128MiB."),
              time: duration.optional().describe("Maximum CPU time of one request. Default: 5s."),
              queue: count
                .optional()
                .describe("Maximum number of requests that wait for a thread; beyond, 503. Default: 50."),
            })
            .optional()
            .describe("Threads that evaluate templates of callers and parse large bodies."),
          inFlight: z
            .strictObject({
              count: count.describe("Maximum number of bodies."),
              bytes: size.describe("Maximum size of all."),
            })
            .optional()
            .describe(
              "Maximum number and size of the bodies of all requests in flight; beyond, 503. Default: 1,000 and 64MiB.",
            ),
          unverified: z
            .strictObject({
              count: count.describe("Maximum number of bodies."),
              bytes: size.describe("Maximum size of all."),
              time: duration.describe("Maximum time for one to arrive."),
            })
            .optional()
            .describe(
              "The same for signed bodies that are not verified yet; time is how long one may take to arrive. Default: 32, 8MiB and 10s.",
            ),
        })
        .prefault({})
        .describe("Limits of requests."),
      log: logLevel.describe("Level of the log."),
      shutdownTimeout: duration
        .default(15_000)
        .describe("Maximum time that a stop waits for requests in flight. Default: 15s."),
    })
    .prefault({})
    .describe("Settings of the service: tocsin serve."),
});
export type Config = z.output<typeof config>;
export type ChannelConfig = z.output<typeof channel>;
