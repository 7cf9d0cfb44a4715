import type { Json } from "../base/json.ts";
import type { Channel } from "../dispatch/channel.ts";
import { shownDestination } from "../dispatch/secrets/url.ts";
import type { Delivery } from "../store/index.ts";

export interface LogOptions {
  /** Gets a few lines for each delivery. @default standard output */
  readonly write?: ((text: string) => void) | undefined;
}

/** A channel that prints what would be sent, for trying things out. Takes any destination. */
export function log({ write = (text) => process.stdout.write(text) }: LogOptions = {}): Channel {
  return {
    kind: "log",
    defaultTo: "log",
    accept: (to) => ({ destination: textOf(to) }),
    async send(delivery) {
      write(linesOf(delivery));
      return { outcome: { kind: "delivered" } };
    },
  };
}

const textOf = (to: Json): string => (typeof to === "string" ? to : JSON.stringify(to));

function linesOf({ id, channel, to, alert, options, attempt }: Delivery): string {
  const again = attempt === 1 ? "" : `, attempt ${attempt}`;
  const rows: [string, string | undefined][] = [
    ["title", alert.title],
    ["subtitle", alert.subtitle],
    ["body", alert.body],
    ["html", alert.html],
    ["options", options === undefined ? undefined : JSON.stringify(options)],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined ? [] : `  ${name}: ${printable(value)}`));
  return `${printable(`${id} → ${channel} ${textOf(shownDestination(to))}`)}${again}\n${lines.join("\n")}\n`;
}

/** What a profile put there must not steer the terminal, or look like a delivery of its own. */
function printable(text: string): string {
  return [...text].map((char) => (char === "\n" ? "\n    " : isControl(char) ? escaped(char) : char)).join("");
}

const isControl = (char: string): boolean => /[\p{Cc}\p{Cf}\p{Cs}]/u.test(char) && char !== "\t";

const escaped = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`;
