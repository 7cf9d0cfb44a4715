import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { DestinationError, type DestinationLimits, type RetryPolicy } from "../../dispatch/index.ts";
import type { GuardPolicy } from "../../guard/index.ts";
import type { HttpTls } from "../http/request.ts";
import { type Mailbox, mailbox } from "./address.ts";
import { checkHeader, unsubscribeUrl } from "./header.ts";

export interface EmailOptions {
  /** The server that takes our mail and passes it on. */
  readonly host: string;
  /** @default 465 if `secure`, else 587 */
  readonly port?: number | undefined;
  /** TLS from the first byte on. @default true for port 465 */
  readonly secure?: boolean | undefined;
  /** Without `secure`: whether the connection has to become TLS, may if the server offers it, or never does. @default "required" */
  readonly starttls?: "required" | "offered" | "off" | undefined;
  /** `servername`: what the certificate has to be for. @default the host */
  readonly tls?: (HttpTls & { readonly servername?: string | undefined }) | undefined;
  /** Only over TLS that is required. */
  readonly auth?: { readonly user: string; readonly pass: string } | undefined;
  /** How we call ourselves to the server. @default this machine's name */
  readonly ehlo?: string | undefined;
  readonly from: string | Mailbox;
  readonly replyTo?: string | Mailbox | undefined;
  /** Where bounces go. @default from */
  readonly returnPath?: string | undefined;
  /** RSA key of at least 1,024 bits as PEM; 2,048 is what RFC 8301 asks for. */
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly privateKey: string } | undefined;
  /** Of every message; a delivery's own win. @default `Auto-Submitted: auto-generated` (RFC 3834) */
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  /**
   * One-click unsubscribing (RFC 8058). `url`: an https URL, or a template of one (`compile(…)`), rendered with the profile
   * at hand-over. A delivery's own `unsubscribe` wins. `mailto`: an address beside it.
   */
  readonly unsubscribe?:
    | { readonly url?: string | UrlTemplate | undefined; readonly mailto?: string | undefined }
    | undefined;
  /**
   * Encrypting to recipients with OpenPGP (RFC 3156). `keys`: armored public keys by address; a delivery's own `publicKey`
   * wins. `required`: nothing goes out unencrypted. `subject`: what is seen from outside, the real one is within. @default
   * subject "..."
   */
  readonly encrypt?:
    | {
        readonly keys?: { readonly [address: string]: string } | undefined;
        readonly required?: boolean | undefined;
        readonly subject?: string | undefined;
      }
    | undefined;
  /** `connections` at once, `messages` over one, `idle` ms until one is closed, at most `rate.count` messages in any `rate.per` ms. @default 5, 100, 60 s, no rate */
  readonly pool?:
    | {
        readonly connections?: number | undefined;
        readonly messages?: number | undefined;
        readonly idle?: number | undefined;
        readonly rate?: { readonly count: number; readonly per: number } | undefined;
      }
    | undefined;
  /** In ms: until connected and TLS is up, until greeted, without a byte, for all of an attempt. @default 10 s, 10 s, 60 s, 2 min */
  readonly timeouts?:
    | {
        readonly connect?: number | undefined;
        readonly greeting?: number | undefined;
        readonly idle?: number | undefined;
        readonly total?: number | undefined;
      }
    | undefined;
  /** Bytes of a whole message as it is sent. @default 10 MiB */
  readonly maxSize?: number | undefined;
  /** Characters of an alert's body, and of its html. @default 1 MiB */
  readonly maxText?: number | undefined;
  /** A mail server in one's own network has to be allowed. */
  readonly guard?: GuardPolicy | undefined;
  /** Per recipient. */
  readonly limits?: DestinationLimits | undefined;
  readonly retry?: RetryPolicy | undefined;
}

/** What `compile` returns; nothing here renders by itself. */
export interface UrlTemplate {
  render(data: unknown): string;
}

const mediaType = /^(?!multipart\/|message\/)[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/i;

/** Only content, never a path or a URL to read it from. */
const attachment = z.strictObject({
  filename: z.string().min(1).max(200),
  content: z.string(),
  /** What `content` is. @default "base64" */
  encoding: z.enum(["base64", "text"]).optional(),
  /** @default by the file name's ending */
  contentType: z.string().regex(mediaType, "expected a media type such as application/pdf").optional(),
  /** Shown by `<img src="cid:…">` in the html, rather than attached. */
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
      context.addIssue({ code: "custom", path: [index, "content"], message: "is not base64" });
    }
  });

const headers = z.record(z.string(), z.string()).superRefine((fields, context) => {
  for (const [name, value] of Object.entries(fields)) check(context, () => checkHeader(name, value));
});

/** What one delivery may ask for. */
const deliveryOptions = z.strictObject({
  /** An https URL for one-click unsubscribing. */
  unsubscribe: z
    .string()
    .superRefine((url, context) => check(context, () => unsubscribeUrl(url)))
    .optional(),
  headers: headers.optional(),
  attachments: attachments.optional(),
  /** The recipient's, armored: encrypts. */
  publicKey: z.string().max(100_000).optional(),
});
export type EmailDeliveryOptions = Readonly<z.infer<typeof deliveryOptions>>;

const recipient = z.union([z.string(), z.strictObject({ address: z.string(), name: z.string().optional() })], {
  error: "expected an address, or { address, name }",
});

/** Of the channel, with its own words: throws TypeError. */
export const checkHeaders = (fields: EmailOptions["headers"]) => checked(headers.optional(), fields, TypeError);
export const checkAttachments = (list: EmailOptions["attachments"]) => checked(attachments.optional(), list, TypeError);

/** Of a delivery: throws DestinationError. */
export const readOptions = (options: { readonly [name: string]: Json } | undefined): EmailDeliveryOptions =>
  options === undefined ? {} : checked(deliveryOptions, options, DestinationError);

export function readRecipient(to: Json): { readonly name: string; readonly address: string } {
  const given = checked(recipient, to, DestinationError);
  try {
    return mailbox(given);
  } catch (error) {
    throw new DestinationError((error as Error).message);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, Failure: new (message: string) => Error): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [first] = error.issues;
  const where = first!.path.length > 0 ? `${first!.path.join(".")}: ` : "";
  throw new Failure(`${where}${first!.message}`);
}

function check(context: z.RefinementCtx, run: () => void): void {
  try {
    run();
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
}
