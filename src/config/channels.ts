import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { HttpAuth } from "../channels/webhook.ts";
import type { Channel, Secret as ChannelSecret } from "../dispatch/index.ts";
import { compile, TemplateError, type TemplateOptions } from "../index.ts";
import { type Filled, namedSecrets } from "./file.ts";
import type { ChannelConfig, Config, Secret } from "./schema.ts";

/** Holds what is needed to make channels, besides the configuration. */
export interface Setting {
  /** Resolves relative paths in the configuration. */
  readonly folder: string;
  /** Lists values that the environment filled in: they are secrets of the channels whose sections they are in. */
  readonly filled?: readonly Filled[] | undefined;
  /** For the templates in it. */
  readonly templates: TemplateOptions;
  /** Prints for the log channel. */
  print(text: string): void;
  /** Reports a mistake in the channel of this name, by throwing. */
  fail(name: string, message: string): never;
}

/** Channels by name. Only what they need is loaded. */
export async function createChannels(config: Config, setting: Setting): Promise<Record<string, Channel>> {
  const made: [string, Channel][] = [];
  for (const [name, one] of Object.entries(config.channels)) {
    try {
      const secrets = new ChannelSecrets(name, one, setting);
      const channel = await createChannel({ guard: config.guard, ...one } as ChannelConfig, setting, secrets);
      made.push([name, { ...channel, secrets: [...secrets.all, ...(channel.secrets ?? [])] }]);
    } catch (error) {
      if (
        error instanceof TemplateError ||
        error instanceof TypeError ||
        (error as Error).name === "DestinationError"
      ) {
        setting.fail(name, (error as Error).message);
      }
      throw error;
    }
  }
  return Object.fromEntries(made);
}

/** Collects the secrets of a channel's section: from the environment, from files and from `{ secret }`. */
class ChannelSecrets {
  readonly all: ChannelSecret[] = [];
  readonly #folder: string;

  constructor(name: string, config: ChannelConfig, { folder, filled = [] }: Setting) {
    this.#folder = folder;
    const own = filled.filter(({ path }) => path[0] === "guard" || (path[0] === "channels" && path[1] === name));
    const declared = Object.entries("secrets" in config ? (config.secrets ?? {}) : {});
    for (const [of, secret] of declared) this.all.push({ name: of, value: readSecret(secret, folder) });
    this.all.push(...namedSecrets(own));
  }

  /** Reads a secret. One given as `{ file }` or `{ secret }` is also masked wherever it would be shown. */
  readonly text = (secret: Secret): string => {
    const text = readSecret(secret, this.#folder);
    if (isMarked(secret)) this.all.push(text);
    return text;
  };

  /** Reads a public text, such as a certificate. */
  readonly public = (text: Secret): string => readSecret(text, this.#folder);
}

const isMarked = (secret: Secret): boolean => typeof secret !== "string";

async function createChannel(config: ChannelConfig, setting: Setting, secrets: ChannelSecrets): Promise<Channel> {
  const { text } = secrets;
  const template = (source: string, escaping: "none" | "json" = "none") =>
    compile(source, { ...setting.templates, escape: escaping });
  /** A text with no action in it stays a text. */
  const textOrTemplate = (source: string) => (source.includes("{{") ? template(source) : source);
  switch (config.kind) {
    case "webhook": {
      const {
        to: _to,
        kind: _kind,
        secrets: _secrets,
        tls,
        url,
        keys,
        auth,
        headers = {},
        body,
        contentType,
        ...rest
      } = config;
      const { webhook } = await import("../channels/webhook.ts");
      const isJson = contentType === undefined || /\bjson\b/i.test(contentType);
      return webhook({
        ...rest,
        ...(contentType !== undefined && { contentType }),
        ...(tls && { tls: tlsOf(tls, secrets) }),
        ...(url !== undefined && { url: text(url) }),
        ...(keys && { keys: keys.map(text) }),
        ...(auth && { auth: mapValues(auth as Readonly<Record<string, Secret>>, text) as unknown as HttpAuth }),
        headers: mapValues(headers, (value) => textOrTemplate(secrets.public(value))),
        secretHeaders: Object.keys(headers).filter((name) => isMarked(headers[name]!)),
        ...(body !== undefined && { body: template(body, isJson ? "json" : "none") }),
      });
    }
    case "email": {
      const {
        to: _to,
        kind: _kind,
        secrets: _secrets,
        tls,
        auth,
        dkim,
        attachments,
        unsubscribe,
        encrypt,
        ...rest
      } = config;
      const { email } = await import("../channels/email.ts");
      return email({
        ...rest,
        ...(tls && {
          tls: { ...tlsOf(tls, secrets), ...(tls.servername !== undefined && { servername: tls.servername }) },
        }),
        ...(auth && { auth: { user: text(auth.user), pass: text(auth.pass) } }),
        ...(dkim && { dkim: { ...dkim, privateKey: text(dkim.privateKey) } }),
        ...(attachments && { attachments: attachments.map((one) => attachmentOf(one, setting.folder)) }),
        ...(unsubscribe && {
          unsubscribe: {
            ...unsubscribe,
            ...(unsubscribe.url !== undefined && { url: textOrTemplate(unsubscribe.url) }),
          },
        }),
        ...(encrypt && { encrypt: { ...encrypt, keys: encrypt.keys && mapValues(encrypt.keys, secrets.public) } }),
      });
    }
    case "web-push": {
      const { to: _to, kind: _kind, secrets: _secrets, tls, keepAlive: _keepAlive, vapid, ...rest } = config;
      const { webPush } = await import("../channels/web-push.ts");
      const keys = { ...vapid, privateKey: text(vapid.privateKey) };
      return webPush({ ...rest, vapid: keys, ...(tls && { tls: tlsOf(tls, secrets) }) } as Parameters<
        typeof webPush
      >[0]);
    }
    case "apns": {
      const { to: _to, kind: _kind, secrets: _secrets, key, ca, push, ...rest } = config;
      const { apns } = await import("../channels/apns.ts");
      return apns({ ...push, ...rest, key: text(key), ...(ca !== undefined && { ca: secrets.public(ca) }) });
    }
    case "fcm": {
      const {
        to: _to,
        kind: _kind,
        secrets: _secrets,
        tls,
        keepAlive: _keepAlive,
        serviceAccount,
        push,
        ...rest
      } = config;
      const { fcm } = await import("../channels/fcm.ts");
      // Only the private key is secret; the rest of the file may be shown.
      const account = parseAccount(secrets.public(serviceAccount));
      return fcm({ ...push, ...rest, ...(tls && { tls: tlsOf(tls, secrets) }), serviceAccount: account } as Parameters<
        typeof fcm
      >[0]);
    }
    case "log": {
      const { log } = await import("../channels/log.ts");
      return log({ write: setting.print });
    }
    default:
      return config satisfies never;
  }
}

/** Throws TypeError. */
function parseAccount(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("serviceAccount is not the JSON that Google gives");
  }
}

/** Reads a secret. A newline at the end of a file is not part of it. Throws TypeError. */
function readSecret(secret: Secret, folder: string): string {
  if (typeof secret === "string") return secret;
  if ("secret" in secret) return secret.secret;
  try {
    return readFileSync(resolve(folder, secret.file), "utf8").trimEnd();
  } catch (error) {
    throw unreadable(secret.file, error);
  }
}

/** Returns an error that names the file as the configuration does, without its path on this machine. */
const unreadable = (file: string, error: unknown): TypeError =>
  new TypeError(`${file} cannot be read (${(error as { code?: string }).code ?? "unknown"})`);

type Tls = {
  readonly ca?: Secret | undefined;
  readonly cert?: Secret | undefined;
  readonly key?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
};

const tlsOf = ({ ca, cert, key, passphrase }: Tls, secrets: ChannelSecrets) => ({
  ...(ca !== undefined && { ca: secrets.public(ca) }),
  ...(cert !== undefined && { cert: secrets.public(cert) }),
  ...(key !== undefined && { key: secrets.text(key) }),
  ...(passphrase !== undefined && { passphrase: secrets.text(passphrase) }),
});

function attachmentOf(
  {
    file,
    filename,
    ...rest
  }: {
    readonly file: string;
    readonly filename?: string | undefined;
    readonly contentType?: string | undefined;
    readonly cid?: string | undefined;
  },
  folder: string,
) {
  try {
    const content = readFileSync(resolve(folder, file)).toString("base64");
    return { ...rest, filename: filename ?? basename(file), content, encoding: "base64" as const };
  } catch (error) {
    throw unreadable(file, error);
  }
}

const mapValues = <From, To>(of: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
