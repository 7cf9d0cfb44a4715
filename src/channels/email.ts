import { type Channel, DestinationError, type Draft, type RetryPolicy } from "../dispatch/index.ts";
import type { AttemptResult, Delivery, Exchange } from "../store/index.ts";
import { addressOf, mailbox } from "./email/address.ts";
import { encrypt } from "./email/encryption.ts";
import { headersOf, unsubscribeUrl } from "./email/header.ts";
import { type Content, checkText, createComposer, type MessageInput } from "./email/message.ts";
import { checkAttachments, checkHeaders, type EmailOptions, readOptions, readRecipient } from "./email/options.ts";
import { oneLine, type SmtpFailure, smtpOutcome } from "./email/outcome.ts";
import { createPool, type Progress } from "./email/transport.ts";
import { journalHeaders, secretsInHeaders } from "./http/header.ts";

export type { Mailbox } from "./email/address.ts";
export type { Attachment, EmailDeliveryOptions, EmailOptions, UrlTemplate } from "./email/options.ts";

const minute = 60_000;

/** Soon at first, since greylisting servers want to see us again after some minutes; for four days (RFC 5321, 4.5.4.1). */
const patient: RetryPolicy = {
  wait: [1, 5, 15, 30, 60, 120, ...Array<number>(23).fill(240)].map((minutes) => minutes * minute),
  maxAge: 4 * 24 * 60 * minute,
};

/** Characters of a message that the journal keeps. */
const journaled = 16 * 1024;

/**
 * E-mail by SMTP through one server that passes it on. `to`: an address, or `{ address, name }`; one recipient a message.
 * Subject from the title, text from the body, html from the html with the subtitle as its preheader. What one delivery may
 * ask for is `EmailDeliveryOptions`. `Message-ID` is the delivery's id at the sender's domain, and every retry sends the
 * same bytes.
 * @throws TypeError for options that cannot work
 */
export function email(options: EmailOptions): Channel {
  checkHeaders(options.headers);
  checkAttachments(options.attachments);
  const { maxSize = 10 << 20, maxText = 1 << 20 } = options;
  const sender = options.returnPath === undefined ? mailbox(options.from).address : addressOf(options.returnPath);
  const keys = new Map(Object.entries(options.encrypt?.keys ?? {}).map(([to, key]) => [addressOf(to), key]));
  const composer = createComposer(options);
  const pool = createPool(options);

  const keyFor = (letter: MessageInput, address: string): string | undefined =>
    readOptions(letter.options).publicKey ?? keys.get(address);
  const isEncrypted = (letter: MessageInput, address: string): boolean =>
    options.encrypt?.required === true || keyFor(letter, address) !== undefined;

  return {
    kind: "email",
    secrets: secretsOf(options, sender),
    retry: options.retry ?? patient,
    ...(options.limits !== undefined && { limits: options.limits }),

    /**
     * The destination is the address, not its domain: `gone` ends sending to what it names, and must not end a whole domain
     * for one mailbox. Nothing is lost by that. All domains share one server, which knows how much each of them takes; if
     * that server is down or refuses us, the channel is held, and its pace is set by `pool`.
     */
    accept(to, given) {
      const { address } = readRecipient(to);
      const { attachments = [] } = readOptions(given);
      const size = attachments.reduce((sum, { content }) => sum + content.length, 0);
      if (size > maxSize)
        throw new DestinationError(`the attachments have ${size} bytes; a message has at most ${maxSize}`);
      return { destination: address };
    },

    compose(draft) {
      checkText(draft, maxText);
      const { address } = readRecipient(draft.to);
      const unsubscribe = renderUrl(options, draft);
      const kept = unsubscribe === undefined ? {} : { unsubscribe };
      if (!isEncrypted(draft, address)) return unsubscribe === undefined ? undefined : kept;
      const key = keyFor(draft, address);
      if (key === undefined)
        throw new DestinationError(`there is no key of ${address}, and only encrypted mail is sent`);
      return composer
        .inner(draft)
        .then((entity) => encrypt(entity, key, address))
        .then((encrypted) => ({ ...kept, encrypted }));
    },

    async send(delivery, { signal }): Promise<AttemptResult> {
      const { address } = readRecipient(delivery.to);
      const content = contentOf(delivery);
      if (isEncrypted(delivery, address) && content.encrypted === undefined) {
        return { outcome: { kind: "rejected", reason: "it has to be encrypted, and was not when it was handed over" } };
      }
      let request: Exchange["request"];
      const compose = async (): Promise<Buffer> => {
        const message = await composer.message(delivery, content);
        request = journal(message, pool.server, sender, address);
        if (message.length <= maxSize) return message;
        const reason = `the message has ${message.length} bytes; at most ${maxSize} are sent`;
        throw Object.assign(new Error(reason), { code: "EMESSAGE" });
      };
      const progress: Progress = {};
      try {
        const line = await pool.send(compose, { from: sender, to: address }, signal, progress);
        return { ...(request && { request }), response: { statusLine: oneLine(line) }, outcome: { kind: "delivered" } };
      } catch (thrown) {
        const error = thrown as SmtpFailure;
        const stage = {
          stopped: signal.aborted,
          handedOver: progress.message?.readableDidRead === true,
          international: /\P{ASCII}/u.test(address),
        };
        const response = error.response === undefined ? {} : { response: { statusLine: oneLine(error.response) } };
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

/** A user that is also the sender's address is read by every recipient. */
function secretsOf({ auth, tls, headers = {}, from }: EmailOptions, sender: string): readonly string[] {
  const secrets = auth === undefined ? [] : [auth.pass, Buffer.from(`\0${auth.user}\0${auth.pass}`).toString("base64")];
  if (auth !== undefined && auth.user !== sender && auth.user !== mailbox(from).address) secrets.push(auth.user);
  if (tls?.passphrase !== undefined) secrets.push(tls.passphrase);
  return [...secrets, ...secretsInHeaders(headers)];
}

const contentOf = ({ content }: Delivery): Content => (content ?? {}) as Content;

function journal(message: Buffer, server: string, from: string, to: string): NonNullable<Exchange["request"]> {
  const end = message.indexOf("\r\n\r\n");
  const body = message.toString("utf8", end + 4, end + 4 + journaled);
  const whole = message.length - end - 4;
  return {
    line: `SMTP ${server} MAIL FROM:<${from}> RCPT TO:<${to}>`,
    headers: journalHeaders(headersOf(message.toString("utf8", 0, end))),
    body: whole > journaled ? `${body}… (${whole} bytes)` : body,
  };
}
