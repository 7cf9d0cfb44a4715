import { escapeControls } from "../../base/escape-controls.ts";
import { createDispatcher, type Dispatcher, type PartDifference, type Replayed } from "../../dispatch/index.ts";
import { type Io, write } from "../io.ts";
import { openStore, readSetup, renderer, type SetupFlags, setupChannels } from "../setup.ts";
import { isUrl, urlChannel } from "../target.ts";
import { wordDiff } from "./word-diff.ts";

/** Runs with a dispatcher that renders and queues, but delivers nothing itself: `work` does. */
export async function withReplayer(
  flags: SetupFlags,
  io: Io,
  run: (dispatcher: Dispatcher, outbox: Awaited<ReturnType<typeof openStore>>["outbox"]) => Promise<0 | 1>,
): Promise<0 | 1> {
  const setup = await readSetup(flags, io);
  const channels = await setupChannels(setup);
  const store = await openStore(setup, flags, io);
  try {
    for (const name of Object.keys((await store.outbox.stats()).channels)) {
      if (isUrl(name)) channels[name] ??= await urlChannel(setup, []);
    }
    const dispatcher = createDispatcher({ store, channels, render: await renderer(setup) });
    try {
      return await run(dispatcher, store.outbox);
    } finally {
      await dispatcher.close();
    }
  } finally {
    await store.close();
  }
}

/** Renders deliveries again, one after another. One that fails is reported, and does not hold up the others. */
export async function replayRendered(
  dispatcher: Dispatcher,
  ids: readonly string[],
  { dryRun = false, json = false }: { readonly dryRun?: boolean; readonly json?: boolean },
  io: Io,
): Promise<0 | 1> {
  let code: 0 | 1 = 0;
  for (const id of ids) {
    try {
      const replayed = await dispatcher.replay(id, "rendered", { dryRun });
      await write(io.stdout, json ? `${JSON.stringify({ ...replayed, dryRun })}\n` : replayText(replayed, dryRun));
    } catch (error) {
      code = 1;
      await write(io.stderr, `${escapeControls((error as Error).message)}\n`);
    }
  }
  return code;
}

function replayText({ id, replayOf = id, aborted, differences }: Replayed, dryRun: boolean): string {
  // In a dry run the new delivery is not stored: its id means nothing.
  const result =
    aborted !== undefined
      ? `${dryRun ? "would be" : "is now"} aborted: ${escapeControls(aborted)}`
      : dryRun
        ? "would be sent again"
        : `queued again as ${id}`;
  const same = differences.length === 0 ? ", unchanged" : "";
  return `${replayOf} ${result}${same}\n${differences.map(differenceText).join("")}`;
}

/** Writes a difference as `title: Hey, [-Ada-]{+Zoë+}`, with further lines indented below. */
function differenceText({ part, before = "", after = "" }: PartDifference): string {
  return `  ${part}: ${escapeControls(wordDiff(before, after)).trimEnd().replaceAll("\n", "\n    ")}\n`;
}
