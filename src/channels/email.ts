import { type Channel, DestinationError, type Draft, type RetryPolicy } from "../dispatch/index.ts";
import type { AttemptResult, Delivery, Exchange } from "../store/index.ts";
import { normalizeAddress, parseMailbox } from "./email/address.ts";
import { encrypt } from "./email/encryption.ts";
import { parseHeaders, unsubscribeUrl } from "./email/header.ts";
import { type Content, checkTextLength, createComposer, type MessageInput } from "./email/message.ts";
import { checkAttachments, checkHeaders, type EmailOptions, readOptions, readRecipient } from "./email/options.ts";
import { type SmtpFailure, sanitizeResponse, smtpOutcome } from "./email/smtp-outcome.ts";
import { createSmtpPool, type Progress } from "./email/smtp-pool.ts";
import { journalHeaders, secretsInHeaders } from "./http/header.ts";

export type { Mailbox } from "./email/address.ts";
export type { Attachment, EmailDeliveryOptions, EmailOptions, UrlTemplate } from "./email/options.ts";

const minute = 60_000;

/** Retries soon at first, because greylisting servers accept a message after some minutes; for four days (RFC 5321, 4.5.4.1). */
const defaultRetry: RetryPolicy = {
  wait: [1, 5, 15, 30, 60, 120, ...Array<number>(23).fill(240)].map((minutes) => minutes * minute),
  maxAge: 4 * 24 * 60 * minute,
};

/** Limits the bytes of a message's body that the journal keeps. */
const maxJournalBody = 16 * 1024;

/**
 * Creates a channel that sends e-mail by SMTP through one relay. `to` is an address, or `{ address, name }`; each message has one
 * recipient. The title becomes the subject, the body the text, the html the HTML part with the subtitle as its preheader. A delivery's
 * `options` are `EmailDeliveryOptions`. `Message-ID` is the delivery's id at the sender's domain; every retry sends the same bytes.
 * @throws TypeError for invalid options
 */
export function email(options: EmailOptions): Channel {
  checkHeaders(options.headers);
  checkAttachments(options.attachments);
  const { maxSize = 10 << 20, maxText = 1 << 20 } = options;
  const sender =
    options.returnPath === undefined ? parseMailbox(options.from).address : normalizeAddress(options.returnPath);
  const keys = new Map(Object.entries(options.encrypt?.keys ?? {}).map(([to, key]) => [normalizeAddress(to), key]));
  const composer = createComposer(options);
  const pool = createSmtpPool(options);

  const keyFor = (input: MessageInput, address: string): string | undefined =>
    readOptions(input.options).publicKey ?? keys.get(address);
  const isEncrypted = (input: MessageInput, address: string): boolean =>
    options.encrypt?.required === true || keyFor(input, address) !== undefined;

  return {
    kind: "email",
    secrets: secretsOf(options, sender),
    retry: options.retry ?? defaultRetry,
    ...(options.limits !== undefined && { limits: options.limits }),

    /**
     * Returns the address as the destination, not its domain, because `gone` disables a destination, and one mailbox must not disable a
     * whole domain. Limits per domain are not needed: all domains share one server, which knows how much each of them accepts. If that
     * server is down or refuses us, the channel is held; `pool` sets the rate.
     */
    accept(to, deliveryOptions) {
      const { address } = readRecipient(to);
      const { attachments = [] } = readOptions(deliveryOptions);
      const size = attachments.reduce((sum, { content }) => sum + content.length, 0);
      if (size > maxSize)
        throw new DestinationError(`the attachments have ${size} bytes; a message may have at most ${maxSize}`);
      return { destination: address };
    },

    compose(draft) {
      checkTextLength(draft, maxText);
      const { address } = readRecipient(draft.to);
      const unsubscribe = renderUrl(options, draft);
      const content = unsubscribe === undefined ? {} : { unsubscribe };
      if (!isEncrypted(draft, address)) return unsubscribe === undefined ? undefined : content;
      const key = keyFor(draft, address);
      if (key === undefined)
        throw new DestinationError(`no key for ${address}, and encrypt.required is set; add one to encrypt.keys`);
      return composer
        .entityToEncrypt(draft)
        .then((entity) => encrypt(entity, key, address))
        .then((encrypted) => ({ ...content, encrypted }));
    },

    async send(delivery, { signal }): Promise<AttemptResult> {
      const { address } = readRecipient(delivery.to);
      const content = contentOf(delivery);
      if (isEncrypted(delivery, address) && content.encrypted === undefined) {
        return { outcome: { kind: "rejected", reason: "must be encrypted, but was not when it was queued" } };
      }
      let request: Exchange["request"];
      const compose = async (): Promise<Buffer> => {
        const message = await composer.message(delivery, content);
        request = journalRequest(message, pool.server, sender, address);
        if (message.length <= maxSize) return message;
        const reason = `the message has ${message.length} bytes; at most ${maxSize} can be sent`;
        throw Object.assign(new Error(reason), { code: "EMESSAGE" });
      };
      const progress: Progress = {};
      try {
        const text = await pool.send(compose, { from: sender, to: address }, signal, progress);
        const response = { statusLine: sanitizeResponse(text) };
        return { ...(request && { request }), response, outcome: { kind: "delivered" } };
      } catch (thrown) {
        const error = thrown as SmtpFailure;
        const stage = {
          stopped: signal.aborted,
          messageSent: progress.message?.readableDidRead === true,
          international: /\P{ASCII}/u.test(address),
        };
        const response =
          error.response === undefined ? {} : { response: { statusLine: sanitizeResponse(error.response) } };
        return { ...(request && { request }), ...response, outcome: smtpOutcome(error, stage) };
      }
    },

    async close() {
      pool.close();
    },
  };
}

function renderUrl({ unsubscribe }: EmailOptions, draft: Draft): string | undefined {
  if (typeof unsubscribe?.url !== "object" || draft.options?.unsubscribe !== undefined) return undefined;
  try {
    return unsubscribeUrl(unsubscribe.url.render(draft.profile));
  } catch (error) {
    throw new DestinationError(`unsubscribe.url: ${(error as Error).message}`);
  }
}

/** Lists the secrets of the options. A login name that is also the sender's address is none, because every recipient sees it. */
function secretsOf({ auth, tls, headers = {}, from }: EmailOptions, sender: string): readonly string[] {
  const secrets = auth === undefined ? [] : [auth.pass, Buffer.from(`\0${auth.user}\0${auth.pass}`).toString("base64")];
  if (auth !== undefined && auth.user !== sender && auth.user !== parseMailbox(from).address) secrets.push(auth.user);
  if (tls?.passphrase !== undefined) secrets.push(tls.passphrase);
  return [...secrets, ...secretsInHeaders(headers)];
}

const contentOf = ({ content }: Delivery): Content => (content ?? {}) as Content;

function journalRequest(message: Buffer, server: string, from: string, to: string): NonNullable<Exchange["request"]> {
  const end = message.indexOf("\r\n\r\n");
  const body = message.toString("utf8", end + 4, end + 4 + maxJournalBody);
  const whole = message.length - end - 4;
  return {
    line: `SMTP ${server} MAIL FROM:<${from}> RCPT TO:<${to}>`,
    headers: journalHeaders(parseHeaders(message.toString("utf8", 0, end))),
    body: whole > maxJournalBody ? `${body}… (${whole} bytes)` : body,
  };
}
