import { createHash, createPrivateKey } from "node:crypto";
import { createTransport, type SendMailOptions } from "nodemailer";
import { DestinationError, type Draft } from "../../dispatch/index.ts";
import { domainOf, parseMailbox } from "./address.ts";
import { htmlBody, textBody } from "./bodies.ts";
import { unsubscribeUrl } from "./header.ts";
import { type Attachment, type EmailOptions, readOptions, readRecipient } from "./options.ts";
import { oneLine } from "./sanitize-header.ts";

/** Fields of a draft or delivery from which a message is made. */
export type MessageInput = Pick<Draft, "id" | "to" | "alert" | "options" | "createdAt">;

/** Parts of a message that are not in its {@link MessageInput} and must stay the same over retries. */
export interface Content {
  readonly unsubscribe?: string | undefined;
  /** An armored OpenPGP message with the entity that `entityToEncrypt` made. */
  readonly encrypted?: string | undefined;
}

/** Composes messages whose bytes are the same each time. */
export interface Composer {
  /** Composes the whole message. */
  message(input: MessageInput, content: Content): Promise<Buffer>;
  /** Composes the MIME entity that is to be encrypted, with the real subject. */
  entityToEncrypt(input: MessageInput): Promise<Buffer>;
}

/** Headers covered by DKIM: all that a reader sees or acts on. nodemailer signs only those that a message has. */
const signedHeaders =
  "From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post";

/** @throws TypeError for invalid options */
export function createComposer(options: EmailOptions): Composer {
  const from = parseMailbox(options.from);
  const replyTo = options.replyTo === undefined ? undefined : parseMailbox(options.replyTo);
  const mailto =
    options.unsubscribe?.mailto === undefined ? undefined : parseMailbox(options.unsubscribe.mailto).address;
  const defaultUnsubscribeUrl =
    typeof options.unsubscribe?.url === "string" ? unsubscribeUrl(options.unsubscribe.url) : undefined;
  const idDomain = domainOf(from.address);
  const dkim = dkimOptions(options.dkim);
  const composePlain = createMimeBuilder(dkim);
  const composeProtected = createMimeBuilder(undefined, (type) => `${type}; protected-headers="v1"`);
  const composeEncrypted = createMimeBuilder(dkim, () => 'multipart/encrypted; protocol="application/pgp-encrypted"');

  const addressFields = (input: MessageInput): SendMailOptions => ({
    from,
    ...(replyTo !== undefined && { replyTo }),
    to: readRecipient(input.to),
    subject: oneLine(input.alert.title, 200),
    date: new Date(input.createdAt),
    messageId: `<${input.id}@${idDomain}>`,
  });

  const contentFields = (input: MessageInput): SendMailOptions => {
    const text = textBody(input.alert);
    const html = htmlBody(input.alert);
    const attachments = [...(options.attachments ?? []), ...(readOptions(input.options).attachments ?? [])];
    return {
      text,
      ...(html !== undefined && { html }),
      attachments: attachments.map(toNodemailerAttachment),
      baseBoundary: boundaryOf(input.id, text, html ?? ""),
    };
  };

  const extraHeaders = (input: MessageInput, content: Content): HeaderField[] => {
    const deliveryOptions = readOptions(input.options);
    const fields = new Map<string, HeaderField>();
    for (const source of [
      { "Auto-Submitted": "auto-generated" },
      options.headers ?? {},
      deliveryOptions.headers ?? {},
    ]) {
      for (const [key, value] of Object.entries(source)) fields.set(key.toLowerCase(), { key, value });
    }
    const url = deliveryOptions.unsubscribe ?? content.unsubscribe ?? defaultUnsubscribeUrl;
    const unsubscribeTargets = [
      ...(url === undefined ? [] : [url]),
      ...(mailto === undefined ? [] : [`mailto:${mailto}`]),
    ];
    const value = unsubscribeTargets.map((target) => `<${target}>`).join(", ");
    return [
      ...fields.values(),
      ...(value === "" ? [] : [{ key: "List-Unsubscribe", value: { prepared: true, foldLines: true, value } }]),
      ...(url === undefined ? [] : [{ key: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click" }]),
    ];
  };

  return {
    entityToEncrypt: (input) => composeProtected({ ...addressFields(input), ...contentFields(input) }),
    message(input, content) {
      const headers = extraHeaders(input, content);
      if (content.encrypted === undefined)
        return composePlain({ ...addressFields(input), ...contentFields(input), headers });
      const bare = { filename: false, contentTransferEncoding: "7bit" } as const;
      return composeEncrypted({
        ...addressFields(input),
        subject: options.encrypt?.subject ?? "...",
        headers,
        attachments: [
          { ...bare, contentType: "application/pgp-encrypted", content: "Version: 1\r\n" },
          {
            ...bare,
            contentType: "application/octet-stream",
            contentDisposition: "inline",
            content: content.encrypted,
          },
        ],
        baseBoundary: boundaryOf(input.id, content.encrypted),
      });
    },
  };
}

interface HeaderField {
  readonly key: string;
  readonly value: string | { readonly prepared: boolean; readonly foldLines: boolean; readonly value: string };
}

type MimeBuilder = (mail: SendMailOptions) => Promise<Buffer>;

function createMimeBuilder(dkim: ReturnType<typeof dkimOptions>, contentType?: (type: string) => string): MimeBuilder {
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(dkim !== undefined && { dkim }),
  });
  if (contentType !== undefined) {
    transport.use("stream", ({ message }, done) => {
      message.setHeader("Content-Type", contentType(String(message.getHeader("Content-Type"))));
      done();
    });
  }
  return async (mail) => (await transport.sendMail(mail)).message as Buffer;
}

/** Derives the MIME boundary from the content. It is the same each time, and cannot occur in the content, which would have to contain its own hash. */
function boundaryOf(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 32);
}

const toNodemailerAttachment = ({ filename, content, encoding, contentType, cid }: Attachment) => ({
  filename: oneLine(filename.replace(/[/\\\p{Cc}]/gu, "_"), 200),
  content: Buffer.from(content, encoding === "text" ? "utf8" : "base64"),
  ...(contentType !== undefined && { contentType }),
  ...(cid !== undefined && { cid }),
});

/** Checks the DKIM options. @throws TypeError, because nodemailer would silently send unsigned mail */
function dkimOptions(dkim: EmailOptions["dkim"]) {
  if (dkim === undefined) return undefined;
  const { domain, selector, privateKey } = dkim;
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== "rsa") {
    throw new TypeError(`dkim.privateKey is ${key.asymmetricKeyType}; use an RSA key of 2048 bits`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 1024)
    throw new TypeError(`dkim.privateKey has ${bits} bits; receivers accept no less than 1024 (RFC 8301)`);
  if (!/^[\w.-]+$/.test(selector))
    throw new TypeError(
      `dkim.selector: ${JSON.stringify(selector)} is not a DKIM selector; use letters, digits, ., - and _`,
    );
  return {
    domainName: domainOf(parseMailbox(`postmaster@${domain}`).address),
    keySelector: selector,
    privateKey: key.export({ type: "pkcs8", format: "pem" }) as string,
    headerFieldNames: signedHeaders,
  };
}

/** Checks the length of body and html. @throws DestinationError */
export function checkTextLength(input: MessageInput, max: number): void {
  for (const part of ["body", "html"] as const) {
    const length = input.alert[part]?.length ?? 0;
    if (length > max)
      throw new DestinationError(`the alert's ${part} has ${length} characters; at most ${max} can be sent by e-mail`);
  }
}
