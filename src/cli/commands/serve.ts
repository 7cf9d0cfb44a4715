import { type Command, InvalidArgumentError } from "commander";
import { engineLog } from "../../observe/index.ts";
import type { ExitCode } from "../command.ts";
import { createDelivery } from "../delivery.ts";
import { checkInForce, declared, defaultDestinations } from "../engine.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, guarded, openStore, readSetup, type SetupFlags, setupChannels } from "../setup.ts";
import { version } from "../version.ts";
import { listening } from "./listening.ts";

interface Flags extends SetupFlags {
  readonly listen?: ListenAddress;
}

export function addServeCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("serve"))
    .description(
      "Runs the API, the triggers and the deliveries until it is stopped (SIGTERM, Ctrl-C), then finishes what is under way. tocsin apply puts the configuration into force.",
    )
    .option(
      "--listen <port>",
      "port, or host:port; 0 is any free port (default: the configuration's, or 8080)",
      parseListenAddress,
    )
    .helpOption("-h, --help", "print this help")
    .action(async (flags: Flags) => end(await guarded(io, () => serve(flags, io))));
}

async function serve(flags: Flags, io: Io): Promise<ExitCode> {
  const setup = await readSetup(flags, io);
  const { serve: options } = setup.config;
  const at = flags.listen ?? parseListenAddress(`${options.listen}`);
  const channels = await setupChannels(setup);
  const store = await openStore(setup, flags, io);
  const [{ createEngine }, { changedStreamMeanings }, services] = await Promise.all([
    import("../../triggers/index.ts"),
    import("../../triggers/definition/stream-identity.ts"),
    import("../../service/index.ts"),
  ]);
  const { createService, createWorkerPool, defaultLimits, workerChecker, workerEvaluate, workerRender } = services;
  const { templates } = setup;
  const ofWorkers = { ...defaultLimits.workers, ...given(options.limits.workers ?? {}) };
  const workers = ofWorkers.size > 0 ? createWorkerPool(ofWorkers) : undefined;
  const evaluating = { templates, limits: templates.limits, timeout: ofWorkers.time };
  const render = workerRender(workers, evaluating);
  const checker = workers && (await workerChecker(workers, evaluating));
  const evaluate = workers && (await workerEvaluate(workers, templates));
  const { logger, metrics, dispatcher, health } = await createDelivery(
    setup,
    options.log,
    { store, channels, render },
    io,
  );
  const logEngine = engineLog(logger);
  const engine = createEngine({
    store,
    channels,
    to: defaultDestinations(setup),
    templates,
    checker,
    evaluate,
    onEnqueued: () => dispatcher.wake(),
    onEvent: (event) => {
      logEngine(event);
      metrics.onEngineEvent(event);
    },
    onProblem: ({ doing, error: err }) => logger.error({ err }, `failed: ${doing}`),
  });
  const { limits, shutdownTimeout } = options;
  const service = createService({
    engine,
    store,
    dispatcher,
    channels,
    templates,
    workers,
    limits: { ...given(limits), workers: ofWorkers, shutdownTimeout },
    log: logger,
    version: version(),
    health,
    metrics,
    publicMetrics: options.publicMetrics,
    docs: options.docs,
    trustedProxies: options.trustedProxies,
  });
  try {
    await declared(setup, () => checkInForce(engine));
    for (const effect of await changedStreamMeanings(store))
      logger.warn({ effect }, "a stream has fewer permissions than before: see tocsin plan; tocsin apply accepts this");
    const url = await listening("--listen", () => service.listen(at));
    if ((await store.keys.list()).length === 0) {
      await write(io.stderr, "No API key yet; create one: tocsin keys api create NAME --scope collect,read,write\n");
    }
    logger.info({ url, channels: Object.keys(channels), ...(options.docs && { docs: `${url}/docs` }) }, "serving");
    engine.start();
    dispatcher.start();
    const why = await (io.untilStopped?.() ?? new Promise<string>(() => {}));
    logger.info({ why }, "stopping");
    await service.close(shutdownTimeout);
    await engine.stop();
    await dispatcher.stop(shutdownTimeout);
    logger.info("stopped");
    return 0;
  } finally {
    await service.close(0);
    await engine.stop();
    await workers?.close();
    await dispatcher.close();
    await store.close();
  }
}

interface ListenAddress {
  readonly port: number;
  readonly host?: string;
}

/** Parses a port, or `host:port`. @throws InvalidArgumentError */
function parseListenAddress(text: string): ListenAddress {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new InvalidArgumentError("Give a port, or HOST:PORT.");
  return { port: Number(port), ...(host !== undefined && { host: host.replace(/^\[|\]$/g, "") }) };
}

const given = <T extends object>(options: T): { [key in keyof T]?: NonNullable<T[key]> } =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
