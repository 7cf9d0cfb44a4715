import type { Command } from "commander";
import { InputError } from "../../files/index.ts";
import { serveMetrics } from "../../observe/index.ts";
import type { ExitCode } from "../command.ts";
import { createDelivery } from "../delivery.ts";
import { collect } from "../flags.ts";
import type { Io } from "../io.ts";
import { addSetupOptions, guarded, openStore, readSetup, type SetupFlags, setupChannels } from "../setup.ts";
import { isUrl, urlChannel } from "../target.ts";
import { listening } from "./listening.ts";

interface Flags extends SetupFlags {
  readonly metrics?: string;
  readonly allow?: readonly string[];
  readonly untilSettled?: true;
}

export function addWorkCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("work"))
    .description(
      "Delivers what is in the outbox until it is stopped (SIGTERM, Ctrl-C), then finishes the attempts under way. Several workers can share one outbox.",
    )
    .option(
      "--metrics <port>",
      "serve /metrics and /health on this port, or host:port (default: the configuration's, or none)",
    )
    .option("--allow <address>", "as for send: let URLs connect to this address or block; may be repeated", collect)
    .option("--until-settled", "exit when nothing is left to deliver")
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) => end(await guarded(io, () => work(flags, io))));
}

async function work(flags: Flags, io: Io): Promise<ExitCode> {
  const setup = await readSetup(flags, io);
  const { work: options } = setup.config;
  const channels = await setupChannels(setup);
  const store = await openStore(setup, flags, io);
  for (const name of Object.keys((await store.outbox.stats()).channels)) {
    if (isUrl(name)) channels[name] ??= await urlChannel(setup, flags.allow ?? []);
  }
  if (Object.keys(channels).length === 0) {
    await store.close();
    throw new InputError("no channels to deliver by; define them under channels", { file: setup.file });
  }
  const { logger, metrics, dispatcher, health } = await createDelivery(setup, options.log, { store, channels }, io);
  const at = flags.metrics ?? options.metrics;
  const server = at === undefined ? undefined : await listening("--metrics", () => serveMetrics(at, metrics, health));
  try {
    logger.info({ channels: Object.keys(channels), ...(server && { metrics: server.url }) }, "working");
    if (!flags.untilSettled) dispatcher.start();
    const stopped = io.untilStopped?.() ?? new Promise<string>(() => {});
    const why = await Promise.race([
      stopped,
      ...(flags.untilSettled ? [dispatcher.drain("settled").then(() => "settled")] : []),
    ]);
    logger.info({ why }, "stopping");
    await dispatcher.stop(options.shutdownTimeout);
    logger.info("stopped");
    return 0;
  } finally {
    await server?.close();
    await dispatcher.close();
    await store.close();
  }
}
