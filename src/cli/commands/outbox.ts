import { type Command, Option } from "commander";
import { formatElapsed } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape-controls.ts";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import { shownUrl } from "../../dispatch/secrets/url.ts";
import type { DeliveryState, DeliverySummary, DestinationHealth, DestinationRef, Outbox } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { addSetupOptions, guarded, type SetupFlags, withOutbox } from "../setup.ts";
import { table } from "../table.ts";
import { replayRendered, withReplayer } from "./replay.ts";

const states: readonly DeliveryState[] = ["pending", "delivered", "dead", "cancelled", "aborted"];

interface Filter extends SetupFlags {
  readonly state?: DeliveryState;
  readonly channel?: string;
  readonly destination?: string;
  readonly limit: number;
  readonly json?: true;
}

interface Choice extends Omit<Filter, "state"> {
  readonly all?: true;
  readonly reason: string;
}

interface Replay extends Choice {
  readonly rendered?: true;
  readonly dryRun?: true;
}

/** Adds `tocsin outbox …`: lists deliveries, replays, cancels and erases them. */
export function addOutboxCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const outbox = program
    .command("outbox")
    .description("Deliveries in the store: pending and settled.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(outbox.command(name).description(summary))
      .option("--json", "print JSON, one line per item")
      .helpOption("-h, --help", "print this help");
  const filtered = (name: string, summary: string) =>
    command(name, summary)
      .option("--channel <name>", "only this channel")
      .option("--destination <key>", "only this destination")
      .option("--limit <count>", "maximum number of items", parseCount, 50);

  filtered("list", "Lists deliveries, newest first.")
    .addOption(new Option("--state <state>", "only this state").choices(states))
    .action(async (flags: Filter) => {
      end(await withOutbox(flags, io, ({ outbox, now }) => list(outbox, flags, now(), io)));
    });
  command("show", "Prints a delivery as JSON.")
    .argument("<id>")
    .action(async (id: string, flags: SetupFlags) => {
      end(
        await withOutbox(flags, io, async ({ outbox }) => {
          const delivery = await outbox.find(id);
          if (!delivery) return notFound(id, io);
          await write(io.stdout, `${JSON.stringify(shownDelivery(delivery), null, 2)}\n`);
          return 0;
        }),
      );
    });
  filtered("replay", "Sends settled deliveries again, unchanged or rendered again.")
    .argument("[id...]")
    .option("--all", "all dead letters that match the filters")
    .option(
      "--rendered",
      "render again, as new deliveries, and show the differences (only deliveries sent with --keep-source)",
    )
    .option("--dry-run", "with --rendered: show the differences, queue nothing")
    .action(async (ids: string[], flags: Replay, self: Command) => {
      if (ids.length === 0 && !flags.all) self.error("error: give delivery ids, or --all to replay every dead letter");
      if (flags.dryRun && !flags.rendered) self.error("error: --dry-run needs --rendered: it shows the differences");
      if (flags.rendered) {
        return end(
          await guarded(io, () =>
            withReplayer(flags, io, async (dispatcher, outbox) => {
              const chosen = ids.length > 0 ? ids : await changeAll(outbox, "dead", flags, async (page) => page);
              return replayRendered(dispatcher, chosen, flags, io);
            }),
          ),
        );
      }
      end(
        await withOutbox(flags, io, async ({ outbox, now }) => {
          const done =
            ids.length > 0
              ? await outbox.replay(ids, now())
              : await changeAll(outbox, "dead", flags, (page) => outbox.replay(page, now()));
          return report(done, ids, "queued again", "is not settled, is erased, or does not exist", flags, io);
        }),
      );
    });
  filtered("cancel", "Cancels pending deliveries.")
    .argument("[id...]")
    .option("--all", "all pending deliveries that match the filters")
    .option("--reason <text>", "reason for the journal", "cancelled by the operator")
    .action(async (ids: string[], flags: Choice, self: Command) => {
      if (ids.length === 0 && !flags.all)
        self.error("error: give delivery ids, or --all to cancel every pending delivery");
      end(
        await withOutbox(flags, io, async ({ outbox, now }) => {
          const cancel = (page: readonly string[]) => outbox.cancel(page, now(), flags.reason);
          const done = ids.length > 0 ? await cancel(ids) : await changeAll(outbox, "pending", flags, cancel);
          return report(done, ids, "cancelled", "is settled, has an attempt under way, or does not exist", flags, io);
        }),
      );
    });
  command("erase", "Erases content, destination and responses of settled deliveries; their states stay.")
    .argument("<id...>")
    .action(async (ids: string[], flags: Choice) => {
      end(
        await withOutbox(flags, io, async ({ outbox }) =>
          report(await outbox.erase(ids), ids, "erased", "is not settled, or does not exist", flags, io),
        ),
      );
    });
  command("stats", "Counts deliveries by channel and state, and lists unhealthy destinations.").action(
    async (flags: Filter) => {
      end(await withOutbox(flags, io, ({ outbox, now }) => stats(outbox, flags, now(), io)));
    },
  );
  command("enable", "Resumes sending to a held or disabled destination.")
    .argument("<channel>")
    .argument("<destination>")
    .action(async (channel: string, destination: string, flags: Filter) => {
      const place: Required<DestinationRef> = { channel: shownUrl(channel), destination: shownUrl(destination) };
      end(
        await withOutbox(flags, io, async ({ outbox }) => {
          await outbox.enable(place);
          await write(
            io.stdout,
            flags.json
              ? `${JSON.stringify(place)}\n`
              : `${place.channel} ${escapeControls(place.destination)} is enabled\n`,
          );
          return 0;
        }),
      );
    });
}

async function notFound(id: string, io: Io): Promise<ExitCode> {
  await write(io.stderr, `no delivery ${id} in this outbox; see tocsin outbox list\n`);
  return 1;
}

const query = ({ state, channel, destination }: Partial<Filter>) => ({
  ...(state && { state }),
  ...(channel && { channel: shownUrl(channel) }),
  ...(destination && { destination: shownUrl(destination) }),
});

async function list(outbox: Outbox, flags: Filter, now: number, io: Io): Promise<ExitCode> {
  const { items, next } = await outbox.list({ ...query(flags), limit: flags.limit });
  if (flags.json) await write(io.stdout, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  else if (items.length === 0) await write(io.stdout, "No deliveries.\n");
  else await write(io.stdout, deliveryTable(items, now));
  if (next !== undefined) await write(io.stderr, "more available; raise --limit\n");
  return 0;
}

function deliveryTable(items: readonly DeliverySummary[], now: number): string {
  const row = ({ id, state, channel, destination, attempts, createdAt, reason }: DeliverySummary) =>
    [id, state, channel, destination, String(attempts), formatElapsed(now - createdAt), reason ?? ""] as const;
  return table(["id", "state", "channel", "destination", "attempts", "age", "reason"], items.map(row));
}

/** Changes deliveries page by page, because what is changed leaves the list. */
async function changeAll(
  outbox: Outbox,
  state: DeliveryState,
  flags: Choice,
  change: (ids: readonly string[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const done: string[] = [];
  let after: string | undefined;
  do {
    const page = await outbox.list({
      ...query({ ...flags, state }),
      limit: 500,
      ...(after !== undefined && { after }),
    });
    done.push(...(await change(page.items.map(({ id }) => id))));
    after = page.next;
  } while (after !== undefined);
  return done;
}

async function report(
  done: readonly string[],
  requested: readonly string[],
  change: string,
  problem: string,
  { json }: Choice,
  io: Io,
): Promise<ExitCode> {
  await write(
    io.stdout,
    json
      ? done.map((id) => `${JSON.stringify({ id })}\n`).join("")
      : `${done.length.toLocaleString("en")} ${done.length === 1 ? "delivery" : "deliveries"} ${change}\n`,
  );
  const missed = requested.filter((id) => !done.includes(id));
  for (const id of missed) await write(io.stderr, `${id} ${problem}\n`);
  return missed.length > 0 ? 1 : 0;
}

async function stats(outbox: Outbox, { json }: Filter, now: number, io: Io): Promise<ExitCode> {
  const counted = await outbox.stats();
  const { items: unhealthy } = await outbox.unhealthy({ limit: 20 });
  if (json) {
    await write(io.stdout, `${JSON.stringify({ ...counted, unhealthy })}\n`);
    return 0;
  }
  const rows = Object.entries(counted.channels).map(([name, by]) => [
    name,
    ...states.map((state) => String(by[state])),
  ]);
  const total = ["all", ...states.map((state) => String(counted.total[state]))];
  await write(io.stdout, table(["channel", ...states], [...rows, total]));
  if (counted.oldestDue !== undefined && counted.oldestDue < now) {
    await write(io.stdout, `\noldest overdue delivery: ${formatElapsed(now - counted.oldestDue)} late\n`);
  }
  for (const health of unhealthy) {
    const { channel, destination } = health;
    const name = destination === undefined ? channel : `${channel} ${escapeControls(destination)}`;
    await write(io.stdout, `${name}: ${escapeControls(healthText(health, now))}\n`);
  }
  return 0;
}

function healthText({ heldUntil, disabled, failures, reason }: DestinationHealth, now: number): string {
  if (disabled !== undefined) return `disabled: ${disabled}`;
  const isHeld = heldUntil !== undefined && heldUntil > now;
  if (!isHeld && failures === 0) return `last problem (recovered): ${reason ?? "unknown"}`;
  const held = isHeld ? `held for ${formatElapsed(heldUntil - now)}` : undefined;
  const count = failures === 0 ? undefined : `${plural(failures, "failure")} in a row`;
  return [held, count, reason].filter(Boolean).join(", ");
}
