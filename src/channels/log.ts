import type { Json } from "../base/json.ts";
import type { Channel } from "../dispatch/channel.ts";
import { shownDestination } from "../dispatch/secrets/url.ts";
import type { Delivery } from "../store/index.ts";

export interface LogOptions {
  /** Writes a few lines for each delivery. @default to standard output */
  readonly write?: ((text: string) => void) | undefined;
}

/** Creates a channel that prints deliveries instead of sending them, for trying things out. Accepts any destination. */
export function log({ write = (text) => process.stdout.write(text) }: LogOptions = {}): Channel {
  return {
    kind: "log",
    defaultTo: "log",
    accept: (to) => ({ destination: textOf(to) }),
    async send(delivery) {
      write(describeDelivery(delivery));
      return { outcome: { kind: "delivered" } };
    },
  };
}

const textOf = (to: Json): string => (typeof to === "string" ? to : JSON.stringify(to));

function describeDelivery({ id, channel, to, alert, options, attempt }: Delivery): string {
  const again = attempt === 1 ? "" : `, attempt ${attempt}`;
  const rows: [string, string | undefined][] = [
    ["title", alert.title],
    ["subtitle", alert.subtitle],
    ["body", alert.body],
    ["html", alert.html],
    ["options", options === undefined ? undefined : JSON.stringify(options)],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : `  ${name}: ${printableText(value)}`));
  return `${printableText(`${id} → ${channel} ${textOf(shownDestination(to))}`)}${again}\n${lines.join("\n")}\n`;
}

/** Escapes control characters and indents lines, so that data of a profile cannot control the terminal or look like another delivery. */
function printableText(text: string): string {
  return [...text].map((char) => (char === "\n" ? "\n    " : isControl(char) ? escaped(char) : char)).join("");
}

const isControl = (char: string): boolean => /[\p{Cc}\p{Cf}\p{Cs}]/u.test(char) && char !== "\t";

const escaped = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`;
