import { visible } from "../../base/visible.ts";
import { createDispatcher, type Dispatcher, type PartDifference, type Replayed } from "../../dispatch/index.ts";
import { type Io, write } from "../io.ts";
import { openStore, readSetup, renderer, type SetupFlags, setupChannels } from "../setup.ts";
import { isUrl, urlChannel } from "../target.ts";
import { wordDiff } from "../word-diff.ts";

/** Runs with a dispatcher that renders and keeps, and sends nothing itself: `work` does. */
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

/** Renders deliveries anew, one after another; what cannot be is said and holds up none of the others. */
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
      await write(io.stdout, json ? `${JSON.stringify({ ...replayed, dryRun })}\n` : told(replayed, dryRun));
    } catch (error) {
      code = 1;
      await write(io.stderr, `${visible((error as Error).message)}\n`);
    }
  }
  return code;
}

function told({ id, replayOf = id, aborted, differences }: Replayed, dryRun: boolean): string {
  // In a dry run the new delivery is not kept: its id means nothing.
  const what =
    aborted !== undefined
      ? `${dryRun ? "would be" : "is now"} aborted: ${visible(aborted)}`
      : dryRun
        ? "would be sent anew"
        : `will be sent anew as ${id}`;
  const same = differences.length === 0 ? ", the same as before" : "";
  return `${replayOf} ${what}${same}\n${differences.map(differenceText).join("")}`;
}

/** Shows a difference as `title: Hey, [-Ada-]{+Zoë+}`, with further lines indented below. */
function differenceText({ part, before = "", after = "" }: PartDifference): string {
  return `  ${part}: ${visible(wordDiff(before, after)).trimEnd().replaceAll("\n", "\n    ")}\n`;
}
