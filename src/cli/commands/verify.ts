import { buffer } from "node:stream/consumers";
import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../base/duration.ts";
import { openFile } from "../../files/index.ts";
import type { ExitCode } from "../command.ts";
import { collect } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { guarded } from "../setup.ts";

interface Flags {
  readonly key: readonly string[];
  readonly id?: string;
  readonly timestamp?: string;
  readonly signature?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly tolerance?: number;
  readonly json?: true;
}

const examples = `
Examples:
  $ tocsin verify body.json --key "$SECRET" -H "webhook-id: msg_1" -H "webhook-timestamp: 1767225600" -H "webhook-signature: v1,…"
  $ receive | tocsin verify --key "$PUBLIC_KEY" --id msg_1 --timestamp 1767225600 --signature v1a,…`;

export function addVerifyCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("verify")
    .description(
      "Verifies the signature of a received webhook (Standard Webhooks). Exit code 0 if it is valid, 1 if not.",
    )
    .argument("[body]", "the body, byte for byte as received; - or none: the standard input")
    .requiredOption("--key <key>", "whsec_… or whpk_…; may be repeated while keys are rotated", collect)
    .option("-H, --header <header>", 'received header, as "name: value"; may be repeated', collectHeader)
    .option("--id <id>", "value of the header webhook-id")
    .option("--timestamp <seconds>", "value of the header webhook-timestamp")
    .option("--signature <list>", "value of the header webhook-signature")
    .option("--tolerance <duration>", "maximum age, or time in the future (default: 5m; 0: no limit)", parseTolerance)
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .action(async (body: string | undefined, flags: Flags) =>
      end(await guarded(io, () => verify(body ?? "-", flags, io))),
    );
}

function collectHeader(text: string, others: Readonly<Record<string, string>> = {}): Record<string, string> {
  const colon = text.indexOf(":");
  if (colon < 1) throw new InvalidArgumentError('Write it as "name: value".');
  return { ...others, [text.slice(0, colon).trim().toLowerCase()]: text.slice(colon + 1).trim() };
}

function parseTolerance(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("Write a number with its unit, as in 5m.");
  return ms === 0 ? Number.POSITIVE_INFINITY : ms;
}

async function verify(file: string, { key, header, json, tolerance, ...given }: Flags, io: Io): Promise<ExitCode> {
  const webhook = await import("../../channels/webhook.ts");
  const body = await buffer((await openFile(file, io)).stream);
  const headers = {
    ...header,
    ...(given.id !== undefined && { "webhook-id": given.id }),
    ...(given.timestamp !== undefined && { "webhook-timestamp": given.timestamp }),
    ...(given.signature !== undefined && { "webhook-signature": given.signature }),
  };
  try {
    const { id, timestamp } = webhook.verify(headers, body, key, tolerance === undefined ? {} : { tolerance });
    const at = new Date(timestamp).toISOString();
    await write(
      io.stdout,
      json ? `${JSON.stringify({ ok: true, id, timestamp: at })}\n` : `valid: ${id}, signed ${at}\n`,
    );
    return 0;
  } catch (error) {
    if (error instanceof TypeError) {
      // The key cannot be read: the signature was not checked.
      await write(io.stderr, `error: --key: ${error.message}; expected whsec_…, whsk_… or whpk_… (base64)\n`);
      return 2;
    }
    if (!(error instanceof webhook.SignatureError)) throw error;
    const { message } = error;
    await write(
      json ? io.stdout : io.stderr,
      json ? `${JSON.stringify({ ok: false, reason: message })}\n` : `invalid: ${message}\n`,
    );
    return 1;
  }
}
