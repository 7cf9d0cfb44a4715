import { randomBytes } from "node:crypto";

/** Crockford's base 32: no letter looks like a digit. */
const digits = "0123456789abcdefghjkmnpqrstvwxyz";

const last = { time: 0, chance: 0n };

/**
 * `msg_` (or another kind) and 26 letters and digits, made as a ULID is: 48 bits of time, then 80 bits of chance, which are
 * counted up within a millisecond. So ids of a kind sort by the time they were made, and those of one process by their order.
 */
export function newId(now: number, kind = "msg"): string {
  if (now > last.time) {
    last.time = now;
    last.chance = BigInt(`0x${randomBytes(10).toString("hex")}`) & ((1n << 79n) - 1n);
  } else {
    last.chance += 1n;
  }
  return `${kind}_${base32(last.time, 10)}${base32(Number(last.chance >> 40n), 8)}${base32(Number(last.chance & 0xff_ffff_ffffn), 8)}`;
}

function base32(value: number, length: number): string {
  let text = "";
  let rest = value;
  for (let i = 0; i < length; i++) {
    text = digits[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
