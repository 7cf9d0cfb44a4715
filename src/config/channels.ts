import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Channel } from "../dispatch/index.ts";
import { compile, TemplateError, type TemplateOptions } from "../index.ts";
import type { ChannelConfig, Config, Secret } from "./schema.ts";

/** What making channels needs besides the configuration. */
export interface Setting {
  /** Where relative paths in the configuration start from. */
  readonly folder: string;
  /** For the templates in it. */
  readonly templates: TemplateOptions;
  /** Where the log channel prints to. */
  print(text: string): void;
  /** Throws: something is wrong with the channel of this name. */
  fail(name: string, message: string): never;
}

/** Channels by name. Only what they need is loaded. */
export async function createChannels(config: Config, setting: Setting): Promise<Record<string, Channel>> {
  const made: [string, Channel][] = [];
  for (const [name, one] of Object.entries(config.channels)) {
    try {
      made.push([name, await createChannel({ guard: config.guard, ...one } as ChannelConfig, setting)]);
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

async function createChannel(config: ChannelConfig, setting: Setting): Promise<Channel> {
  const text = (secret: Secret): string => readSecret(secret, setting.folder);
  const template = (source: string, escaping: "none" | "json" = "none") =>
    compile(source, { ...setting.templates, escape: escaping });
  /** A text with no action in it stays a text. */
  const textOrTemplate = (source: string) => (source.includes("{{") ? template(source) : source);
  switch (config.kind) {
    case "webhook": {
      const { to: _to, kind: _kind, tls, headers, body, contentType, ...rest } = config;
      const { webhook } = await import("../channels/webhook.ts");
      const isJson = contentType === undefined || /\bjson\b/i.test(contentType);
      return webhook({
        ...rest,
        ...(contentType !== undefined && { contentType }),
        ...(tls && { tls: tlsOf(tls, text) }),
        ...(headers && { headers: mapValues(headers, textOrTemplate) }),
        ...(body !== undefined && { body: template(body, isJson ? "json" : "none") }),
      });
    }
    case "email": {
      const { to: _to, kind: _kind, tls, dkim, attachments, unsubscribe, encrypt, ...rest } = config;
      const { email } = await import("../channels/email.ts");
      return email({
        ...rest,
        ...(tls && {
          tls: { ...tlsOf(tls, text), ...(tls.servername !== undefined && { servername: tls.servername }) },
        }),
        ...(dkim && { dkim: { ...dkim, privateKey: text(dkim.privateKey) } }),
        ...(attachments && { attachments: attachments.map((one) => attachmentOf(one, setting.folder)) }),
        ...(unsubscribe && {
          unsubscribe: {
            ...unsubscribe,
            ...(unsubscribe.url !== undefined && { url: textOrTemplate(unsubscribe.url) }),
          },
        }),
        ...(encrypt && { encrypt: { ...encrypt, keys: encrypt.keys && mapValues(encrypt.keys, text) } }),
      });
    }
    case "web-push": {
      const { to: _to, kind: _kind, tls, keepAlive: _keepAlive, ...rest } = config;
      const { webPush } = await import("../channels/web-push.ts");
      return webPush({ ...rest, ...(tls && { tls: tlsOf(tls, text) }) } as Parameters<typeof webPush>[0]);
    }
    case "apns": {
      const { to: _to, kind: _kind, key, ca, push, ...rest } = config;
      const { apns } = await import("../channels/apns.ts");
      return apns({ ...push, ...rest, key: text(key), ...(ca !== undefined && { ca: text(ca) }) });
    }
    case "fcm": {
      const { to: _to, kind: _kind, tls, keepAlive: _keepAlive, serviceAccount, push, ...rest } = config;
      const { fcm } = await import("../channels/fcm.ts");
      const account = parseAccount(text(serviceAccount));
      return fcm({ ...push, ...rest, ...(tls && { tls: tlsOf(tls, text) }), serviceAccount: account } as Parameters<
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

/** What stands in a file may end in a newline that is not part of it. Throws TypeError. */
function readSecret(secret: Secret, folder: string): string {
  if (typeof secret === "string") return secret;
  try {
    return readFileSync(resolve(folder, secret.file), "utf8").trimEnd();
  } catch (error) {
    throw new TypeError(`${secret.file} cannot be read: ${(error as Error).message}`);
  }
}

type Tls = {
  readonly ca?: Secret | undefined;
  readonly cert?: Secret | undefined;
  readonly key?: Secret | undefined;
  readonly passphrase?: string | undefined;
};

const tlsOf = ({ ca, cert, key, passphrase }: Tls, text: (secret: Secret) => string) => ({
  ...(ca !== undefined && { ca: text(ca) }),
  ...(cert !== undefined && { cert: text(cert) }),
  ...(key !== undefined && { key: text(key) }),
  ...(passphrase !== undefined && { passphrase }),
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
    throw new TypeError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

const mapValues = <From, To>(of: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
