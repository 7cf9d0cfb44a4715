import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape-controls.ts";
import { readLines } from "../../base/lines.ts";
import { InputError, isBlank, openFile, parseProfile } from "../../files/index.ts";
import type { QueuedDelivery, SimulationEvent, Timed } from "../../triggers/index.ts";
import type { Summary as Summed } from "../../triggers/simulate/simulate.ts";
import type { ExitCode } from "../command.ts";
import { declared, defaultDestinations, desiredStateOf } from "../engine.ts";
import { collect } from "../flags.ts";
import { type Io, write } from "../io.ts";
import {
  addSetupOptions,
  guarded,
  openStore,
  readSetup,
  type Setup,
  type SetupFlags,
  setupChannels,
} from "../setup.ts";
import { table } from "../table.ts";
import { nameOf } from "./profile.ts";

interface Flags extends SetupFlags {
  readonly from?: When;
  readonly to?: When;
  readonly updates?: string;
  readonly activate?: readonly string[];
  readonly backfill?: readonly string[];
  readonly asIs?: true;
  readonly summary?: true;
  readonly json?: true;
}

const day = 86_400_000;

const examples = `
Examples:
  $ tocsin simulate --to 7d                                 the next week
  $ tocsin simulate --from 2026-12-24 --to 2026-12-27       certain days, in UTC
  $ tocsin simulate --to 1d --activate welcome --updates updates.ndjson
                                                            a draft, as if it were active

A line of updates: {"at":"2026-12-24T09:00:00Z","identifiers":{"email":"ada@example.com"},"fields":{"visits":11}}
                or {"at":"2026-12-24T09:05:00Z","stream":"shop","payload":{"order":1}}`;

export function addSimulateCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("simulate"))
    .description(
      "Simulates the days to come on a copy of the store, with the configuration applied: schedules, quiet hours, waits, updates. Sends and changes nothing.",
    )
    .option("--from <time>", "start: a date and time, or a duration from now (default: now)", parseWhen)
    .option("--to <time>", "end: a date and time, or a duration from the start (default: 1d)", parseWhen)
    .option("--updates <file>", "updates and events to ingest meanwhile: NDJSON, in order of time")
    .option("--activate <trigger>", "simulate it as active; may be repeated", collect)
    .option("--backfill <trigger>", "simulate a backfill of it at the start; may be repeated", collect)
    .option("--as-is", "simulate what is in force instead of the configuration")
    .option("--summary", "print only the counts by day and trigger")
    .option("--json", "print JSON, one line per event")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .action(async (flags: Flags) => {
      const from = timeOf(flags.from ?? { after: 0 }, Date.now());
      const until = timeOf(flags.to ?? { after: day }, from);
      end(await guarded(io, () => simulateDays({ ...flags, span: { from, until } }, io)));
    });
}

/** A time, or a duration after another time, in ms. */
type When = { readonly time: number } | { readonly after: number };

/** Parses a time or a duration. @throws InvalidArgumentError */
function parseWhen(text: string): When {
  const after = parseDuration(text.replace(/^\+/, ""));
  if (after !== undefined) return { after };
  const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/.test(text) ? Date.parse(zoned) : Number.NaN;
  if (!Number.isNaN(time)) return { time };
  throw new InvalidArgumentError(
    "Write 2026-12-24, 2026-12-24T09:00 (in UTC), 2026-12-24T09:00+01:00, or a duration: 7d.",
  );
}

const timeOf = (when: When, start: number): number => ("time" in when ? when.time : start + when.after);

async function simulateDays(flags: Flags & { span: { from: number; until: number } }, io: Io): Promise<ExitCode> {
  const { from, until } = flags.span;
  if (until < from) throw new Error("--to is before --from; a simulation cannot end before it starts");
  const setup = await readSetup(flags, io);
  const channels = await setupChannels(setup);
  const folder = await mkdtemp(join(tmpdir(), "tocsin-simulate-"));
  const stop = new AbortController();
  io.untilStopped?.().then(() => stop.abort());
  try {
    const copy = await copyOf(setup, flags, io, join(folder, "copy.db"));
    try {
      const { simulate, Summary } = await import("../../triggers/simulate/simulate.ts");
      const { activate = [], backfill = [] } = flags;
      const desired = flags.asIs ? undefined : await desiredStateOf(setup, io);
      const updates = flags.updates === undefined ? [] : readUpdates(flags.updates, from, io);
      const summary = new Summary(setup.config.timeZone);
      const to = defaultDestinations(setup);
      const { templates } = setup;
      const { signal } = stop;
      const options = {
        store: copy,
        channels,
        to,
        templates,
        from,
        until,
        desired,
        activate,
        backfill,
        updates,
        signal,
      };
      await declared(setup, async () => {
        for await (const event of simulate(options)) {
          summary.add(event);
          if (flags.summary) continue;
          const profile = "profile" in event ? (await copy.profiles.get([event.profile]))[0] : undefined;
          const name = profile === undefined ? undefined : nameOf(profile);
          await write(io.stdout, flags.json ? `${JSON.stringify(eventJson(event, name))}\n` : eventLine(event, name));
        }
      });
      await printSummary(summary, flags, io);
      return 0;
    } finally {
      await copy.close();
    }
  } finally {
    for (const channel of Object.values(channels)) await channel.close?.();
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyOf(setup: Setup, flags: SetupFlags, io: Io, path: string) {
  const store = await openStore(setup, flags, io);
  try {
    await store.copy(path);
  } finally {
    await store.close();
  }
  const { sqliteStore } = await import("../../stores/sqlite.ts");
  return sqliteStore(path, { durable: false });
}

/** Reads updates and events line by line. @throws InputError for a line that is neither */
async function* readUpdates(file: string, from: number, io: Io): AsyncGenerator<Timed> {
  const input = await openFile(file, io);
  let last = from;
  for await (const batch of readLines(input.stream)) {
    for (const { number, bytes } of batch) {
      if (isBlank(bytes)) continue;
      const place = { file: input.file, line: number };
      const {
        at: when,
        stream,
        payload,
        identifiers,
        fields,
      } = parseProfile(bytes, place, "float64") as Record<string, unknown>;
      const at = typeof when === "string" ? Date.parse(when) : Number.NaN;
      if (Number.isNaN(at)) throw new InputError('"at" is not a date and time, as in "2026-12-24T09:00:00Z"', place);
      if (at < last) {
        throw new InputError(`"at" is before ${iso(last)}; updates must be in order, from the start on`, place);
      }
      last = at;
      if (typeof stream === "string") yield { at, stream, payload: (payload ?? null) as never };
      else if (identifiers === undefined) {
        throw new InputError('neither "identifiers" (of an update) nor "stream" (of an event) is there', place);
      } else yield { at, update: { identifiers, fields: fields ?? {} } as never };
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();
const time = (at: number): string => iso(at).slice(0, 19).replace("T", " ");

const eventJson = ({ at, ...rest }: SimulationEvent, name: string | undefined) => ({
  at: iso(at),
  ...rest,
  ...("until" in rest && { until: iso(rest.until) }),
  ...(name !== undefined && { name }),
});

function eventLine(event: SimulationEvent, name: string | undefined): string {
  return `${time(event.at)}  ${"trigger" in event ? `${escapeControls(`${event.trigger}  ${name ?? event.profile}`)}  ` : ""}${escapeControls(eventText(event))}\n`;
}

function eventText(event: SimulationEvent): string {
  switch (event.kind) {
    case "sent":
      return `${event.deliveries.map(deliveryText).join("; ")}${event.firings > 1 ? ` (${event.firings} as one)` : ""}`;
    case "alarm":
      return `alarm: ${event.deliveries.map(deliveryText).join("; ")}`;
    case "waiting":
      return `waits ${event.reason}, ${time(event.until)}`;
    default:
      return `${event.kind}: ${event.reason}`;
  }
}

const deliveryText = ({ channel, destination, title, reason }: QueuedDelivery): string =>
  `${channel} ${destination}: ${title}${reason === undefined ? "" : ` (not sent: ${reason})`}`.replaceAll("\n", " ");

async function printSummary(summary: Summed, { json }: Flags, io: Io): Promise<void> {
  const days = summary.days();
  if (json) return write(io.stdout, `${JSON.stringify({ summary: days })}\n`);
  if (days.length === 0) return write(io.stdout, "Nothing would be sent.\n");
  const counts = ["sent", "waiting", "skipped", "aborted", "failed"] as const;
  const rows = days.map((one) => [one.day, one.trigger, ...counts.map((count) => one[count].toLocaleString("en"))]);
  await write(io.stdout, `\n${table(["day", "trigger", "sent", "waits", ...counts.slice(2)], rows)}`);
}
