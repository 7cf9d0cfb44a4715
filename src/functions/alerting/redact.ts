import { type Context, define } from "../../template/index.ts";

/** Matches an email address; the lengths are bounded, so that no text makes the search slow. */
const email =
  /(?<![\p{L}\p{N}._%+'-])([\p{L}\p{N}_%+'-][\p{L}\p{N}._%+'-]{0,255})@((?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63})/gu;

/** Matches 7 to 19 digits, with up to three signs between two of them. */
const phone = /(?<![\p{L}\p{N}_])\+?\(?\d(?:[ ()./\u00a0\u2009\u2011\u202f-]{0,3}\d){6,18}(?![\p{L}\p{N}_])/gu;

/** Matches what only looks like a phone number: a day, with or without a time, and an IPv4 address. */
const noPhone = /^(?:\d{4}-\d{2}-\d{2}(?: \d{2})?|(?:\d{1,3}\.){3}\d{1,3})$/;

const maskedEmail = (local: string, domain: string): string => `${[...local][0]}***@${domain}`;

/** Masks all but the last two digits. */
function maskedPhone(number: string): string {
  let left = number.replace(/\D/g, "").length - 2;
  return number.replace(/\d/g, (digit) => (left-- > 0 ? "*" : digit));
}

export const redact = define(
  { params: ["plain"], returns: "string", context: true },
  (context: Context, value: unknown) => {
    const text = textOf(value);
    context.spend(text.length >> 2);
    context.grow(text.length);
    return text
      .replace(email, (_, local: string, domain: string) => maskedEmail(local, domain))
      .replace(phone, (number) => (noPhone.test(number) ? number : maskedPhone(number)));
  },
);

export const mask = define(
  { params: ["int", "plain"], returns: "string", context: true },
  (context: Context, keep: number, value: unknown) => {
    if (keep < 0) throw new Error(`cannot keep ${keep} characters; give a number from 0`);
    const text = textOf(value);
    context.grow(text.length);
    const characters = [...text];
    const hidden = Math.max(0, characters.length - Number(keep));
    return "*".repeat(hidden) + characters.slice(hidden).join("");
  },
);

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  throw new Error(
    value === null ? "there is nothing to hide; the value is missing" : "only text and numbers can be hidden",
  );
}
