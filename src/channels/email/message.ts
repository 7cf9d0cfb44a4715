import { createHash, createPrivateKey } from "node:crypto";
import { createTransport, type SendMailOptions } from "nodemailer";
import { DestinationError, type Draft } from "../../dispatch/index.ts";
import { domainOf, mailbox } from "./address.ts";
import { htmlOf, textOf } from "./bodies.ts";
import { unsubscribeUrl } from "./header.ts";
import { type Attachment, type EmailOptions, readOptions, readRecipient } from "./options.ts";
import { line } from "./sanitize-header.ts";

/** What a message is made of; the same before and after hand-over. */
export type MessageInput = Pick<Draft, "id" | "to" | "alert" | "options" | "createdAt">;

/** What does not come from the letter and has to stay over retries. */
export interface Content {
  readonly unsubscribe?: string | undefined;
  /** An armored OpenPGP message with the entity that `inner` made. */
  readonly encrypted?: string | undefined;
}

/** Makes messages whose bytes are the same whenever they are made. */
export interface Composer {
  message(letter: MessageInput, content: Content): Promise<Buffer>;
  /** The MIME entity that is encrypted, with the real subject. */
  inner(letter: MessageInput): Promise<Buffer>;
}

/** All that a reader sees or acts on. Those that a message has not are left out, since nodemailer does not sign absence. */
const signed =
  "From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post";

export function createComposer(options: EmailOptions): Composer {
  const from = mailbox(options.from);
  const replyTo = options.replyTo === undefined ? undefined : mailbox(options.replyTo);
  const mailto = options.unsubscribe?.mailto === undefined ? undefined : mailbox(options.unsubscribe.mailto).address;
  const standing = typeof options.unsubscribe?.url === "string" ? unsubscribeUrl(options.unsubscribe.url) : undefined;
  const idDomain = domainOf(from.address);
  const dkim = signature(options.dkim);
  const plain = toBuffer(dkim);
  const protect = toBuffer(undefined, (type) => `${type}; protected-headers="v1"`);
  const encrypted = toBuffer(dkim, () => 'multipart/encrypted; protocol="application/pgp-encrypted"');

  const addressed = (letter: MessageInput): SendMailOptions => ({
    from,
    ...(replyTo !== undefined && { replyTo }),
    to: readRecipient(letter.to),
    subject: line(letter.alert.title, 200),
    date: new Date(letter.createdAt),
    messageId: `<${letter.id}@${idDomain}>`,
  });

  const readable = (letter: MessageInput): SendMailOptions => {
    const text = textOf(letter.alert);
    const html = htmlOf(letter.alert);
    const attachments = [...(options.attachments ?? []), ...(readOptions(letter.options).attachments ?? [])];
    return {
      text,
      ...(html !== undefined && { html }),
      attachments: attachments.map(attached),
      baseBoundary: boundary(letter.id, text, html ?? ""),
    };
  };

  const added = (letter: MessageInput, content: Content): Header[] => {
    const own = readOptions(letter.options);
    const fields = new Map<string, Header>();
    for (const source of [{ "Auto-Submitted": "auto-generated" }, options.headers ?? {}, own.headers ?? {}]) {
      for (const [key, value] of Object.entries(source)) fields.set(key.toLowerCase(), { key, value });
    }
    const url = own.unsubscribe ?? content.unsubscribe ?? standing;
    const ways = [...(url === undefined ? [] : [url]), ...(mailto === undefined ? [] : [`mailto:${mailto}`])];
    const value = ways.map((way) => `<${way}>`).join(", ");
    return [
      ...fields.values(),
      ...(value === "" ? [] : [{ key: "List-Unsubscribe", value: { prepared: true, foldLines: true, value } }]),
      ...(url === undefined ? [] : [{ key: "List-Unsubscribe-Post", value: "List-Unsubscribe=One-Click" }]),
    ];
  };

  return {
    inner: (letter) => protect({ ...addressed(letter), ...readable(letter) }),
    message(letter, content) {
      const headers = added(letter, content);
      if (content.encrypted === undefined) return plain({ ...addressed(letter), ...readable(letter), headers });
      const bare = { filename: false, contentTransferEncoding: "7bit" } as const;
      return encrypted({
        ...addressed(letter),
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
        baseBoundary: boundary(letter.id, content.encrypted),
      });
    },
  };
}

interface Header {
  readonly key: string;
  readonly value: string | { readonly prepared: boolean; readonly foldLines: boolean; readonly value: string };
}

type ToBuffer = (mail: SendMailOptions) => Promise<Buffer>;

function toBuffer(dkim: ReturnType<typeof signature>, contentType?: (type: string) => string): ToBuffer {
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

/** Fixed for the message, and nothing that text in it could hold: it would have to hold its own hash. */
function boundary(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 32);
}

const attached = ({ filename, content, encoding, contentType, cid }: Attachment) => ({
  filename: line(filename.replace(/[/\\\p{Cc}]/gu, "_"), 200),
  content: Buffer.from(content, encoding === "text" ? "utf8" : "base64"),
  ...(contentType !== undefined && { contentType }),
  ...(cid !== undefined && { cid }),
});

/** @throws TypeError: nodemailer would send unsigned, and say nothing */
function signature(dkim: EmailOptions["dkim"]) {
  if (dkim === undefined) return undefined;
  const { domain, selector, privateKey } = dkim;
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== "rsa") {
    throw new TypeError(`the DKIM key is ${key.asymmetricKeyType}; only RSA keys sign here, 2048 bits are usual`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 1024) throw new TypeError(`the DKIM key has ${bits} bits; receivers take no less than 1024 (RFC 8301)`);
  if (!/^[\w.-]+$/.test(selector)) throw new TypeError(`${JSON.stringify(selector)} is not a DKIM selector`);
  return {
    domainName: domainOf(mailbox(`postmaster@${domain}`).address),
    keySelector: selector,
    privateKey: key.export({ type: "pkcs8", format: "pem" }) as string,
    headerFieldNames: signed,
  };
}

/** @throws DestinationError */
export function checkText(letter: MessageInput, most: number): void {
  for (const part of ["body", "html"] as const) {
    const length = letter.alert[part]?.length ?? 0;
    if (length > most)
      throw new DestinationError(`the alert's ${part} has ${length} characters; at most ${most} are sent by e-mail`);
  }
}
