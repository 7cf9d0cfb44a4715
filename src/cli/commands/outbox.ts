import { type Command, Option } from "commander";
import { formatElapsed } from "../../base/duration.ts";
import { visible } from "../../base/visible.ts";
import { shownDelivery } from "../../dispatch/secrets/shown.ts";
import { shownUrl } from "../../dispatch/secrets/url.ts";
import type { DeliveryState, DeliverySummary, DestinationRef, Outbox } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, guarded, type SetupFlags, withStore } from "../setup.ts";
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

/** `tocsin outbox …`: what is kept, and what can be done with it. */
export function addOutboxCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const outbox = program
    .command("outbox")
    .description("Deliveries that are kept: those to be sent, and those that are settled.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(outbox.command(name).description(summary))
      .option("--json", "print it as JSON, one line for each")
      .helpOption("-h, --help", "print this help");
  const filtered = (name: string, summary: string) =>
    command(name, summary)
      .option("--channel <name>", "only this channel")
      .option("--destination <key>", "only this destination")
      .option("--limit <count>", "at most so many", parseCount, 50);

  filtered("list", "Lists deliveries, newest first.")
    .addOption(new Option("--state <state>", "only those in this state").choices(states))
    .action(async (flags: Filter) => {
      end(await withStore(flags, io, ({ outbox, now }) => list(outbox, flags, now(), io)));
    });
  command("show", "Prints everything that is known of a delivery, as JSON.")
    .argument("<id>")
    .action(async (id: string, flags: SetupFlags) => {
      end(
        await withStore(flags, io, async ({ outbox }) => {
          const kept = await outbox.find(id);
          if (!kept) return notFound(id, io);
          await write(io.stdout, `${JSON.stringify(shownDelivery(kept), null, 2)}\n`);
          return 0;
        }),
      );
    });
  filtered("replay", "Sends settled deliveries again, as they were sent or rendered anew.")
    .argument("[id...]")
    .option("--all", "all dead letters that the filters leave")
    .option(
      "--rendered",
      "render them anew, as new deliveries, and show what differs (of those sent with --keep-source)",
    )
    .option("--dry-run", "with --rendered: show what would differ, keep nothing")
    .action(async (ids: string[], flags: Replay, self: Command) => {
      if (ids.length === 0 && !flags.all) self.error("error: which? Give ids, or --all for the dead letters");
      if (flags.dryRun && !flags.rendered) self.error("error: --dry-run shows what --rendered would change; give both");
      if (flags.rendered) {
        return end(
          await guarded(io, () =>
            withReplayer(flags, io, async (dispatcher, outbox) => {
              const chosen = ids.length > 0 ? ids : await each(outbox, "dead", flags, async (some) => some);
              return replayRendered(dispatcher, chosen, flags, io);
            }),
          ),
        );
      }
      end(
        await withStore(flags, io, async ({ outbox, now }) => {
          const done =
            ids.length > 0
              ? await outbox.replay(ids, now())
              : await each(outbox, "dead", flags, (some) => outbox.replay(some, now()));
          return said(done, ids, "will be sent again", "is not settled, erased, or not there", flags, io);
        }),
      );
    });
  filtered("cancel", "Cancels deliveries that are still to be sent.")
    .argument("[id...]")
    .option("--all", "all pending ones that the filters leave")
    .option("--reason <text>", "why, for the journal", "cancelled by the operator")
    .action(async (ids: string[], flags: Choice, self: Command) => {
      if (ids.length === 0 && !flags.all) self.error("error: which? Give ids, or --all for all that are pending");
      end(
        await withStore(flags, io, async ({ outbox, now }) => {
          const cancel = (some: readonly string[]) => outbox.cancel(some, now(), flags.reason);
          const done = ids.length > 0 ? await cancel(ids) : await each(outbox, "pending", flags, cancel);
          return said(done, ids, "cancelled", "is settled, being tried, or not there", flags, io);
        }),
      );
    });
  command("erase", "Forgets what settled deliveries said, where they went, and what was answered; not that they were.")
    .argument("<id...>")
    .action(async (ids: string[], flags: Choice) => {
      end(
        await withStore(flags, io, async ({ outbox }) =>
          said(await outbox.erase(ids), ids, "erased", "is not settled, or not there", flags, io),
        ),
      );
    });
  command("stats", "Counts deliveries by channel and state, and names the destinations in trouble.").action(
    async (flags: Filter) => {
      end(await withStore(flags, io, ({ outbox, now }) => stats(outbox, flags, now(), io)));
    },
  );
  command("enable", "Lets a held or disabled destination be sent to again.")
    .argument("<channel>")
    .argument("<destination>")
    .action(async (channel: string, destination: string, flags: SetupFlags) => {
      const place: Required<DestinationRef> = { channel: shownUrl(channel), destination: shownUrl(destination) };
      end(await withStore(flags, io, ({ outbox }) => outbox.enable(place)));
    });
}

async function notFound(id: string, io: Io): Promise<ExitCode> {
  await write(io.stderr, `there is no delivery ${id} in this outbox\n`);
  return 1;
}

const query = ({ state, channel, destination }: Partial<Filter>) => ({
  ...(state && { state }),
  ...(channel && { channel: shownUrl(channel) }),
  ...(destination && { destination: shownUrl(destination) }),
});

async function list(outbox: Outbox, flags: Filter, now: number, io: Io): Promise<void> {
  const { items, next } = await outbox.list({ ...query(flags), limit: flags.limit });
  if (flags.json) return write(io.stdout, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  if (items.length === 0) return write(io.stdout, "nothing\n");
  const row = ({ id, state, channel, destination, attempts, createdAt, reason }: DeliverySummary) =>
    [id, state, channel, destination, String(attempts), formatElapsed(now - createdAt), reason ?? ""] as const;
  await write(io.stdout, table(["id", "state", "channel", "destination", "tries", "age", "reason"], items.map(row)));
  if (next !== undefined) await write(io.stderr, "there are more; --limit shows them\n");
}

/** Page by page, since what is changed leaves the list. */
async function each(
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

async function said(
  done: readonly string[],
  asked: readonly string[],
  what: string,
  problem: string,
  { json }: Choice,
  io: Io,
): Promise<ExitCode> {
  await write(io.stdout, json ? done.map((id) => `${JSON.stringify({ id })}\n`).join("") : `${done.length} ${what}\n`);
  const missed = asked.filter((id) => !done.includes(id));
  for (const id of missed) await write(io.stderr, `${id} ${problem}\n`);
  return missed.length > 0 ? 1 : 0;
}

async function stats(outbox: Outbox, { json }: Filter, now: number, io: Io): Promise<void> {
  const counted = await outbox.stats();
  const { items: troubles } = await outbox.unhealthy({ limit: 20 });
  if (json) return write(io.stdout, `${JSON.stringify({ ...counted, troubles })}\n`);
  const rows = Object.entries(counted.channels).map(([name, by]) => [
    name,
    ...states.map((state) => String(by[state])),
  ]);
  const total = ["all", ...states.map((state) => String(counted.total[state]))];
  await write(io.stdout, table(["channel", ...states], [...rows, total]));
  if (counted.oldestDue !== undefined && counted.oldestDue < now) {
    await write(io.stdout, `\nthe oldest has waited ${formatElapsed(now - counted.oldestDue)} since it was due\n`);
  }
  for (const { channel, destination, heldUntil, disabled, failures, reason } of troubles) {
    const held = heldUntil !== undefined && heldUntil > now ? `held for ${formatElapsed(heldUntil - now)}` : undefined;
    const what =
      disabled !== undefined
        ? `disabled: ${disabled}`
        : [held, `${failures} failures in a row`, reason].filter(Boolean).join(", ");
    await write(
      io.stdout,
      `${channel}${destination === undefined ? "" : ` ${visible(destination)}`}: ${visible(what)}\n`,
    );
  }
}
