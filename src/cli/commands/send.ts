import { type Command, InvalidArgumentError } from "commander";
import { escapeControls } from "../../base/escape-controls.ts";
import type { Line } from "../../base/lines.ts";
import {
  type Channel,
  createDispatcher,
  DestinationError,
  type DispatchEvent,
  type Dispatcher,
  type SendRequest,
} from "../../dispatch/index.ts";
import {
  InputError,
  isBlank,
  openFile,
  parseProfile,
  problemJson,
  problemText,
  readProfiles,
  type Source,
  toProblem,
} from "../../files/index.ts";
import { type AlertTemplate, compile, type Template } from "../../index.ts";
import { type Store, StoreError } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { collect } from "../flags.ts";
import { type Io, put, write } from "../io.ts";
import { createProgress } from "../progress.ts";
import {
  addSetupOptions,
  guarded,
  openStore,
  readSetup,
  renderer,
  type Setup,
  type SetupFlags,
  setupChannels,
} from "../setup.ts";
import { parseTarget, type Target } from "../target.ts";
import { promptedSource } from "./prompted-source.ts";

interface Flags extends SetupFlags {
  readonly profile?: string;
  readonly to?: readonly string[];
  readonly key?: string;
  readonly priority?: "high" | "normal" | "low";
  readonly allow?: readonly string[];
  readonly queue?: true;
  readonly wait?: true;
  readonly keepSource?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const examples = `
Examples:
  $ tocsin send welcome.yaml -p ada.json --to log                         only prints it
  $ tocsin send welcome.yaml -p ada.json --to https://crm.example.com/in  a webhook
  $ tocsin send welcome.yaml -p all.ndjson --to crm --to mail             channels of tocsin.yaml
  $ tocsin send welcome.yaml -p all.ndjson --to 'mail={{ .work_email }}'  destination, for each profile
  $ tocsin send welcome.yaml -p all.ndjson --to crm --key 'welcome-{{ .id }}'
                                                                          safe to repeat: nobody gets it twice

What is queued is delivered even if this process is killed: by "tocsin work", or the next send.`;

export function addSendCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("send"))
    .description("Renders an alert for one profile or many, queues it in the outbox, and delivers it.")
    .argument("<alert>", "alert file (.yaml)")
    .option(
      "-p, --profile <file>",
      "JSON, or NDJSON with one profile per line; - reads the standard input (default: {})",
    )
    .option("-t, --to <target>", "a channel, channel=destination, or a URL; required, may be repeated", collect)
    .option("--key <template>", "idempotency key: what was queued with the same key is not sent again")
    .option("--priority <which>", "high, normal or low", parsePriority)
    .option(
      "--allow <address>",
      "let --to URL connect to this address or block although it is not public; may be repeated",
      collect,
    )
    .option("--queue", 'only queue it, for "tocsin work" to deliver')
    .option("--wait", "wait until every delivery has succeeded or failed for good")
    .option("--keep-source", "store profile and template, so that it can be rendered again")
    .option("--dry-run", "render and validate everything, send nothing")
    .option("--json", "print each delivery and each error as JSON, one per line")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .action(async (file: string, flags: Flags) => end(await guarded(io, () => send(file, flags, io))));
}

function parsePriority(text: string): string {
  if (!["high", "normal", "low"].includes(text)) throw new InvalidArgumentError("Give high, normal or low.");
  return text;
}

async function send(file: string, flags: Flags, io: Io): Promise<ExitCode> {
  const setup = await readSetup(flags, io);
  const source = await promptedSource(file, io);
  const { alertTemplate } = source;
  if (alertTemplate === undefined) throw new InputError("not an alert; give a .yaml file with a title", { file });
  try {
    (await import("../../index.ts")).compileAlert(alertTemplate, setup.templates);
  } catch (error) {
    await write(io.stderr, problemText(toProblem(error as Error, source)));
    return 1;
  }
  const channels = await setupChannels(setup);
  if (flags.to === undefined) {
    const names = [...new Set([...Object.keys(channels), "log"])].join(", ");
    await write(io.stderr, `error: say where to send: --to CHANNEL (there are: ${names}), or a URL\n`);
    return 2;
  }
  const targets = await Promise.all(flags.to.map((text) => parseTarget(text, setup, channels, flags.allow ?? [])));
  const store = flags.dryRun ? await dryStore() : await openStore(setup, flags, io);
  try {
    const sending = new Sending({ setup, source, alertTemplate, targets, flags, io });
    const dispatcher = createDispatcher({
      store,
      channels: flags.dryRun ? await dryChannels(channels, setup) : channels,
      render: await renderer(setup),
      keepSource: flags.keepSource ?? false,
      concurrency: setup.config.work.concurrency,
      lease: setup.config.work.lease,
      onEvent: sending.onEvent,
    });
    try {
      return await sending.run(dispatcher);
    } finally {
      await dispatcher.close();
    }
  } finally {
    await store.close();
  }
}

async function dryStore(): Promise<Store> {
  return (await import("../../stores/memory.ts")).memoryStore({ retention: { age: 0 } });
}

/** Makes channels that validate and compose as these do, and print instead of sending. */
async function dryChannels(
  channels: Readonly<Record<string, Channel>>,
  setup: Setup,
): Promise<Record<string, Channel>> {
  const { log } = await import("../../channels/log.ts");
  const printer = log({ write: setup.print });
  const dry = ({ accept, compose, close }: Channel): Channel => ({
    kind: printer.kind,
    accept,
    ...(compose && { compose }),
    ...(close && { close }),
    send: printer.send,
  });
  return Object.fromEntries(Object.entries(channels).map(([name, channel]) => [name, dry(channel)]));
}

interface Job {
  readonly setup: Setup;
  readonly source: Source;
  readonly alertTemplate: AlertTemplate;
  readonly targets: readonly Target[];
  readonly flags: Flags;
  readonly io: Io;
}

/** At most this many problems are printed; all are counted, and stored in the outbox. */
const maxReported = 20;

/** One run of `send`. Keeps counts alone, because a million deliveries do not fit in memory. */
class Sending {
  readonly #job: Job;
  readonly #key: Template | undefined;
  readonly #started = Date.now();
  readonly #count = {
    profiles: 0,
    accepted: 0,
    delivered: 0,
    dead: 0,
    aborted: 0,
    duplicate: 0,
    noDestination: 0,
    failed: 0,
  };
  /** Why profiles were not queued, with counts. */
  readonly #failures = new Map<string, number>();
  /** The latest problem of each channel whose deliveries wait for another attempt. */
  readonly #problems = new Map<string, string>();
  /** The first deliveries, to print if there are only a few. */
  readonly #ids: string[] = [];
  #size: number | undefined;

  constructor(job: Job) {
    this.#job = job;
    const { key } = job.flags;
    this.#key =
      key === undefined ? undefined : compile(key, { ...job.setup.templates, name: "--key", missingKey: "required" });
  }

  readonly onEvent = (event: DispatchEvent): void => {
    const { io, flags } = this.#job;
    if (event.type === "error") {
      put(io.stderr, `${event.doing}: ${(event.error as Error)?.message ?? event.error}\n`);
    }
    if (event.type === "attempt" && event.outcome.kind === "retry")
      this.#problems.set(event.channel, event.outcome.reason);
    if (event.type !== "settled" || event.createdAt < this.#started) return;
    this.#count[event.state]++;
    if (flags.json) {
      put(
        io.stdout,
        `${JSON.stringify({ id: event.id, channel: event.channel, state: event.state, reason: event.reason, attempts: event.attempts })}\n`,
      );
    } else if (event.state === "dead" && this.#count.dead <= maxReported) {
      put(
        io.stderr,
        `${escapeControls(`${event.id} on ${event.channel} to ${event.destination}: failed for good: ${event.reason}`)}\n`,
      );
    }
  };

  async run(dispatcher: Dispatcher): Promise<ExitCode> {
    const { flags, io } = this.#job;
    const opened = flags.profile === undefined ? undefined : await openFile(flags.profile, io);
    this.#size = opened?.size;
    const profiles = opened ? await readProfiles(opened, "int") : { one: {} };
    if (!flags.queue) dispatcher.start();
    if ("one" in profiles) await this.#queue([{ profile: profiles.one }], dispatcher);
    else await this.#queueLines(profiles.many, opened!.file, dispatcher);
    if (!flags.queue) await this.#deliver(dispatcher);
    return this.#report();
  }

  async #queueLines(batches: AsyncIterable<readonly Line[]>, file: string, dispatcher: Dispatcher): Promise<void> {
    const progress = createProgress(this.#job.io, this.#size, { always: true });
    for await (const batch of batches) {
      const items: Profile[] = [];
      for (const { number, bytes } of batch) {
        if (isBlank(bytes)) continue;
        try {
          items.push({ profile: parseProfile(bytes, { file, line: number }, "int"), line: number });
        } catch (error) {
          await this.#failed(error as Error, { file, line: number }, "the profile cannot be read");
        }
      }
      progress.erase();
      await this.#queue(items, dispatcher, file);
      progress.show(this.#count.profiles, batch.at(-1)?.end ?? 0);
    }
    progress.erase();
  }

  async #queue(items: readonly Profile[], dispatcher: Dispatcher, file?: string): Promise<void> {
    const { targets, alertTemplate, flags } = this.#job;
    const requests: SendRequest[] = [];
    const requested: Profile[] = [];
    for (const item of items) {
      this.#count.profiles++;
      for (const { channel, to } of targets) {
        try {
          const destination = to(item.profile);
          if (destination === undefined) {
            this.#count.noDestination++;
            continue;
          }
          const key = this.#key && `${channel}:${this.#key.render(item.profile)}`;
          requests.push({
            channel,
            to: destination,
            profile: item.profile,
            template: alertTemplate,
            ...(key !== undefined && { idempotencyKey: key }),
            ...(flags.priority !== undefined && { priority: flags.priority }),
          });
          requested.push(item);
        } catch (error) {
          await this.#failed(error as Error, placeOf(item, file));
        }
      }
    }
    const results = await dispatcher.sendMany(requests);
    for (const [i, result] of results.entries()) {
      if ("error" in result) await this.#failed(result.error as Error, placeOf(requested[i]!, file));
      else await this.#accepted(result, requests[i]!.channel, requested[i]!);
    }
  }

  async #accepted(
    { id, state, duplicate, reason }: { id: string; state: string; duplicate: boolean; reason?: string | undefined },
    channel: string,
    { line }: Profile,
  ): Promise<void> {
    const { flags, io } = this.#job;
    if (duplicate) this.#count.duplicate++;
    else if (state === "aborted") this.#count.aborted++;
    else if (state === "dead") this.#count.dead++;
    else {
      this.#count.accepted++;
      if (this.#ids.length <= maxReported) this.#ids.push(id);
    }
    if (flags.json) await write(io.stdout, `${JSON.stringify({ id, channel, state, duplicate, reason, line })}\n`);
    else if (state === "aborted" && line === undefined)
      await write(io.stderr, `aborted: ${escapeControls(reason ?? "")}\n`);
    else if (state === "dead" && this.#count.dead <= maxReported)
      await write(io.stderr, `${id} on ${channel}: ${escapeControls(reason ?? "")}\n`);
  }

  async #failed(
    error: Error,
    profile: { file: string; line: number } | undefined,
    cause = error instanceof DestinationError ? "the destination is invalid" : "the template failed",
  ): Promise<void> {
    const { flags, io, source } = this.#job;
    if (error instanceof StoreError) throw error;
    this.#count.failed++;
    this.#failures.set(cause, (this.#failures.get(cause) ?? 0) + 1);
    if (this.#count.failed > maxReported && !flags.json) return;
    const problem =
      error instanceof DestinationError
        ? { error, place: profile, profile: undefined }
        : toProblem(error, source, profile);
    await write(io.stderr, flags.json ? problemJson(problem) : problemText(problem));
  }

  async #deliver(dispatcher: Dispatcher): Promise<void> {
    const { flags, io } = this.#job;
    const progress = createProgress(io, this.#count.accepted, { always: true, what: "settled" });
    const timer = setInterval(() => {
      const done = this.#count.delivered + this.#count.dead;
      progress.show(done, done);
    }, 200);
    try {
      await dispatcher.drain(flags.wait ? "settled" : "idle");
    } finally {
      clearInterval(timer);
      progress.erase();
    }
  }

  async #report(): Promise<ExitCode> {
    const { flags, io } = this.#job;
    const { profiles, accepted, delivered, dead, aborted, duplicate, noDestination, failed } = this.#count;
    const pending = accepted - delivered - dead;
    const bad = failed + dead > 0;
    if (flags.json) {
      await write(
        io.stdout,
        `${JSON.stringify({ profiles, delivered, pending, dead, aborted, duplicate, noDestination, failed })}\n`,
      );
      return bad ? 1 : 0;
    }
    if (this.#ids.length <= maxReported && accepted > 0 && accepted <= maxReported && !flags.dryRun) {
      await write(io.stdout, `${this.#ids.join("\n")}\n`);
    }
    const counts: [number, string][] = [
      [delivered, flags.dryRun ? "would be sent" : "delivered"],
      [pending, flags.queue ? "queued; run tocsin work to deliver" : "queued for retry; run tocsin work"],
      [dead, "failed for good"],
      [aborted, "aborted by the template"],
      [duplicate, "skipped (already sent with this key)"],
      [noDestination, noDestination === 1 ? "has no destination" : "have no destination"],
      ...[...this.#failures].map(([cause, count]): [number, string] => [count, `not queued: ${cause}`]),
    ];
    const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString("en")} ${what}`);
    await write(io.stdout, `${parts.join(", ") || "No profiles: nothing to send."}\n`);
    if (pending > 0) {
      for (const [channel, problem] of this.#problems)
        await write(io.stderr, `${channel}: ${escapeControls(problem)}\n`);
    }
    return bad ? 1 : 0;
  }
}

/** A profile with its line in an NDJSON file. */
interface Profile {
  readonly profile: unknown;
  readonly line?: number;
}

const placeOf = ({ line }: Profile, file: string | undefined): { file: string; line: number } | undefined =>
  file === undefined || line === undefined ? undefined : { file, line };
