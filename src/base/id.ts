/** Crockford's base 32, in which no letter looks like a digit. */
const digits = "0123456789abcdefghjkmnpqrstvwxyz";

const last = { time: 0, random: 0n };

/**
 * Makes an id: `msg_` (or another kind) and a ULID of 26 letters and digits, which is 48 bits of time and 80 random bits that are
 * counted up within a millisecond. Ids of a kind sort by the time they were made; those of one process also by their order.
 */
export function newId(now: number, kind = "msg"): string {
  if (now > last.time) {
    last.time = now;
    last.random = randomBits();
  } else {
    last.random += 1n;
  }
  return `${kind}_${base32(last.time, 10)}${base32(Number(last.random >> 40n), 8)}${base32(Number(last.random & 0xff_ffff_ffffn), 8)}`;
}

/** 79 bits, so that counting up within a millisecond does not run out of the 80. */
function randomBits(): bigint {
  const [high, low] = crypto.getRandomValues(new BigUint64Array(2)) as unknown as [bigint, bigint];
  return ((high & 0x7fffn) << 64n) | low;
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
