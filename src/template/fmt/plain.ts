import { formatFloat } from "./float.ts";
import type { Directive } from "./format.ts";
import type { Printing } from "./printing.ts";
import { formatValue } from "./sprint.ts";

/** Formats a value; `undefined` if it is not a plain case after all. */
type Plain = (value: unknown, printing: Printing) => string | undefined;

/**
 * Compiles the most common formats: `%s`, `%d`, `%v` and `%.2f` without flags, for values that fit. All others are left to the
 * general code, so this affects nothing but speed.
 */
export function compilePlain(
  directives: readonly Directive[],
): ((args: readonly unknown[], printing: Printing) => string | undefined) | undefined {
  const last = directives.at(-1);
  const tail = last !== undefined && last.verb === undefined ? last.literal : "";
  const parts: { literal: string; print: Plain }[] = [];
  for (const directive of directives) {
    if (directive.verb === undefined && directive === last) break;
    const print = plainOf(directive);
    if (!print) return undefined;
    parts.push({ literal: directive.literal, print });
  }
  return (args, printing) => {
    if (args.length !== parts.length) return undefined;
    let text = "";
    for (let i = 0; i < parts.length; i++) {
      const { literal, print } = parts[i]!;
      const printed = print(args[i], printing);
      if (printed === undefined) return undefined;
      text += literal + printed;
    }
    text += tail;
    return text.length <= printing.output ? text : undefined;
  };
}

function plainOf({ verb, spec, steps, badIndex, flags }: Directive): Plain | undefined {
  if (steps.length > 0 || badIndex || spec.width > 0) return undefined;
  if (flags.minus || flags.plus || flags.sharp || flags.space || flags.zero) return undefined;
  const { precision } = spec;
  switch (precision < 0 ? verb : verb === "f" ? "f" : undefined) {
    case "s":
      return (value) => (typeof value === "string" ? value : undefined);
    case "v":
      return (value, printing) =>
        typeof value === "object" && value !== null ? undefined : formatScalar(value, printing);
    case "d":
      return (value, { numbers }) =>
        typeof value === "number" && numbers === "int" && Number.isSafeInteger(value) ? `${value}` : undefined;
    case "f":
      return (value, { numbers }) =>
        typeof value === "number" && (numbers === "float64" || !Number.isInteger(value))
          ? formatFloat(value, "f", precision < 0 ? 6 : precision)
          : undefined;
    default:
      return undefined;
  }
}

function formatScalar(value: unknown, printing: Printing): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? formatValue(value, printing)
    : undefined;
}
