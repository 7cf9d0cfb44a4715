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
    last.chance = randomBits();
  } else {
    last.chance += 1n;
  }
  return `${kind}_${base32(last.time, 10)}${base32(Number(last.chance >> 40n), 8)}${base32(Number(last.chance & 0xff_ffff_ffffn), 8)}`;
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
