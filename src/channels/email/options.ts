import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { DestinationError, type DestinationLimits, type RetryPolicy } from "../../dispatch/index.ts";
import type { GuardPolicy } from "../../guard/index.ts";
import type { HttpTls } from "../http/client.ts";
import { type Mailbox, parseMailbox } from "./address.ts";
import { checkCustomHeader, unsubscribeUrl } from "./header.ts";

export interface EmailOptions {
  /** The SMTP server that relays the mail. */
  readonly host: string;
  /** @default 465 if `secure`, else 587 */
  readonly port?: number | undefined;
  /** Uses TLS from the first byte on. @default true for port 465 */
  readonly secure?: boolean | undefined;
  /** Without `secure`: STARTTLS is required, used if the server offers it, or off. @default "required" */
  readonly starttls?: "required" | "offered" | "off" | undefined;
  /** `servername`: the name that the certificate must be for. @default the host */
  readonly tls?: (HttpTls & { readonly servername?: string | undefined }) | undefined;
  /** Login; needs TLS that is required. */
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  /** Name in the greeting to the server. @default this machine's name */
  readonly ehlo?: string | undefined;
  readonly from: string | Mailbox;
  readonly replyTo?: string | Mailbox | undefined;
  /** Address for bounces. @default from */
  readonly returnPath?: string | undefined;
  /** Signs with an RSA key of at least 1,024 bits as PEM; RFC 8301 asks for 2,048. */
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly privateKey: string } | undefined;
  /** Headers of every message; a delivery's own win. @default `Auto-Submitted: auto-generated` (RFC 3834) */
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /**
   * One-click unsubscribing (RFC 8058). `url`: an https URL, or a template of one (`compile(…)`), rendered with the profile when the
   * delivery is queued. A delivery's own `unsubscribe` wins. `mailto`: an address beside it.
   */
  readonly unsubscribe?:
    | { readonly url?: string | UrlTemplate | undefined; readonly mailto?: string | undefined }
    | undefined;
  /**
   * Encryption with OpenPGP (RFC 3156). `keys`: armored public keys by address; a delivery's own `publicKey` wins. `required`: sends
   * nothing unencrypted. `subject`: the visible subject; the real one is encrypted. @default subject "..."
   */
  readonly encrypt?:
    | {
        readonly keys?: { readonly [address: string]: string } | undefined;
        readonly required?: boolean | undefined;
        readonly subject?: string | undefined;
      }
    | undefined;
  /**
   * At most `connections` at once, `messages` per connection; a connection is closed after `idle` ms; at most `rate.count` messages in
   * any `rate.per` ms. @default 5, 100, 60 s, no rate
   */
  readonly pool?:
    | {
        readonly connections?: number | undefined;
        readonly messages?: number | undefined;
        readonly idle?: number | undefined;
        readonly rate?: { readonly count: number; readonly per: number } | undefined;
      }
    | undefined;
  /** In ms: for connecting and TLS, for the greeting, without traffic, for a whole attempt. @default 10 s, 10 s, 60 s, 2 min */
  readonly timeouts?:
    | {
        readonly connect?: number | undefined;
        readonly greeting?: number | undefined;
        readonly idle?: number | undefined;
        readonly total?: number | undefined;
      }
    | undefined;
  /** Limits the bytes of a whole message as it is sent. @default 10 MiB */
  readonly maxSize?: number | undefined;
  /** Limits the characters of an alert's body, and of its html. @default 1 MiB */
  readonly maxText?: number | undefined;
  /** Permits connections; a mail server in a private network must be allowed explicitly. */
  readonly guard?: GuardPolicy | undefined;
  /** Per recipient. */
  readonly limits?: DestinationLimits | undefined;
  readonly retry?: RetryPolicy | undefined;
}

/** Describes a template that `compile` returns: this module compiles none. */
export interface UrlTemplate {
  render(data: unknown): string;
}

const mediaType = /^(?!multipart\/|message\/)[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/i;

/** Accepts content only, never a path or URL to read it from. */
const attachment = z.strictObject({
  filename: z.string().min(1).max(200),
  content: z.string(),
  /** Encoding of `content`. @default "base64" */
  encoding: z.enum(["base64", "text"]).optional(),
  /** @default by the extension of the file name */
  contentType: z.string().regex(mediaType, "expected a media type such as application/pdf").optional(),
  /** Content id: shown by `<img src="cid:…">` in the html instead of attached. */
  cid: z
    .string()
    .regex(/^[\w.@+-]{1,100}$/)
    .optional(),
});
export type Attachment = Readonly<z.infer<typeof attachment>>;

const attachments = z
  .array(attachment)
  .max(100)
  .superRefine((list, context) => {
    for (const [index, { content, encoding }] of list.entries()) {
      if (encoding === "text" || z.base64().safeParse(content.replace(/\s+/g, "")).success) continue;
      context.addIssue({ code: "custom", path: [index, "content"], message: "must be base64" });
    }
  });

const headers = z.record(z.string(), z.string()).superRefine((fields, context) => {
  for (const [name, value] of Object.entries(fields)) addIssueIfThrown(context, () => checkCustomHeader(name, value));
});

/** Options of one delivery. */
const deliveryOptions = z.strictObject({
  /** An https URL for one-click unsubscribing. */
  unsubscribe: z
    .string()
    .superRefine((url, context) => addIssueIfThrown(context, () => unsubscribeUrl(url)))
    .optional(),
  headers: headers.optional(),
  attachments: attachments.optional(),
  /** The recipient's public key, armored: encrypts the message. */
  publicKey: z.string().max(100_000).optional(),
});
export type EmailDeliveryOptions = Readonly<z.infer<typeof deliveryOptions>>;

const recipient = z.union([z.string(), z.strictObject({ address: z.string(), name: z.string().optional() })], {
  error: "expected an address, or { address, name }",
});

/** Check options of the channel; throw TypeError. */
export const checkHeaders = (fields: EmailOptions["headers"]) => parseOrThrow(headers.optional(), fields, TypeError);
export const checkAttachments = (list: EmailOptions["attachments"]) =>
  parseOrThrow(attachments.optional(), list, TypeError);

/** Parses the options of one delivery; throws DestinationError. */
export const readOptions = (options: { readonly [name: string]: Json } | undefined): EmailDeliveryOptions =>
  options === undefined ? {} : parseOrThrow(deliveryOptions, options, DestinationError);

/** Parses `to`; throws DestinationError. */
export function readRecipient(to: Json): { readonly name: string; readonly address: string } {
  const given = parseOrThrow(recipient, to, DestinationError);
  try {
    return parseMailbox(given);
  } catch (error) {
    throw new DestinationError((error as Error).message);
  }
}

function parseOrThrow<T>(schema: z.ZodType<T>, value: unknown, Failure: new (message: string) => Error): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [first] = error.issues;
  const where = first!.path.length > 0 ? `${first!.path.join(".")}: ` : "";
  throw new Failure(`${where}${first!.message}`);
}

function addIssueIfThrown(context: z.RefinementCtx, run: () => void): void {
  try {
    run();
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
}
