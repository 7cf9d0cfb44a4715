import { z } from "zod";

const ms: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** `1h30m`, `15s`, `250ms`; 0 needs no unit. In ms. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  let total = 0;
  let end = 0;
  for (const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y; end < text.length; end = part.lastIndex) {
    const found = part.exec(text);
    if (!found) return undefined;
    total += Number(found[1]) * ms[found[2]!]!;
  }
  return end === 0 ? undefined : Math.round(total);
}

export function parseSize(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|KiB|MiB|GiB)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Math.round(Number(count) * bytes[unit]!);
}

const parsed = (parse: (text: string) => number | undefined, what: string, pattern: string) =>
  z
    .string({ error: what })
    .regex(new RegExp(pattern), what)
    .transform((text, context) => {
      const value = parse(text);
      if (value === undefined) context.addIssue({ code: "custom", message: what });
      return value ?? z.NEVER;
    });

/** A duration as text, in ms. */
export const duration = parsed(
  parseDuration,
  "a duration is a number with its unit, as in 250ms, 15s, 1h30m or 3d",
  "^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d))+)$",
);

/** A size as text, in bytes. */
export const size = parsed(
  parseSize,
  "a size is a number with its unit, as in 64KiB, 20MB or 1GiB",
  "^\\d+(\\.\\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB)$",
);
