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
  readonly header: Readonly<Record<string, string>>;
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
      "Checks the signature of a webhook that was received (Standard Webhooks): exit code 0 if it is genuine.",
    )
    .argument("[body]", "the body, byte for byte as it came; - or none: the standard input")
    .requiredOption("--key <key>", "whsec_… or whpk_…; more than once while keys change", collect, [])
    .option("-H, --header <header>", '"name: value" as it came', collectHeader, {})
    .option("--id <id>", "the header webhook-id")
    .option("--timestamp <seconds>", "the header webhook-timestamp")
    .option("--signature <list>", "the header webhook-signature")
    .option("--tolerance <duration>", "how old or new it may be (default: 5m; 0 for any age)", parseTolerance)
    .option("--json", "print the answer as JSON")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .action(async (body: string | undefined, flags: Flags) =>
      end(await guarded(io, () => verify(body ?? "-", flags, io))),
    );
}

function collectHeader(text: string, others: Readonly<Record<string, string>>): Record<string, string> {
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
      json ? `${JSON.stringify({ ok: true, id, timestamp: at })}\n` : `genuine: ${id}, signed ${at}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof webhook.SignatureError || error instanceof TypeError)) throw error;
    const { message } = error;
    await write(
      json ? io.stdout : io.stderr,
      json ? `${JSON.stringify({ ok: false, reason: message })}\n` : `not genuine: ${message}\n`,
    );
    return 1;
  }
}
