import { type Command, InvalidArgumentError } from "commander";
import type { Line } from "../../base/lines.ts";
import { visible } from "../../base/visible.ts";
import {
  type Channel,
  createDispatcher,
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
import type { Store } from "../../store/index.ts";
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
  readonly to: readonly string[];
  readonly key?: string;
  readonly priority?: "high" | "normal" | "low";
  readonly allow: readonly string[];
  readonly queue?: true;
  readonly wait?: true;
  readonly keepSource?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const examples = `
Examples:
  $ tocsin send welcome.yaml -p ada.json --to log                         only shows it
  $ tocsin send welcome.yaml -p ada.json --to https://crm.example.com/in  a webhook
  $ tocsin send welcome.yaml -p all.ndjson --to crm --to mail             channels of tocsin.yaml
  $ tocsin send welcome.yaml -p all.ndjson --to 'mail={{ .work_email }}'  where to, for each profile
  $ tocsin send welcome.yaml -p all.ndjson --to crm --key 'welcome-{{ .id }}'
                                                                          safe to run again: nobody gets it twice

What the outbox accepted is delivered, also after this process was killed: by "tocsin work", or the next send.`;

export function addSendCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("send"))
    .description("Renders an alert for one profile or many, keeps it in the outbox, and delivers it.")
    .argument("<alert>", "alert file (.yaml)")
    .option("-p, --profile <file>", "JSON, or NDJSON with one profile a line; - reads the standard input (default: {})")
    .requiredOption(
      "-t, --to <target>",
      "a channel, channel=destination, or a URL; more than once for more",
      collect,
      [],
    )
    .option("--key <template>", "idempotency key: what has been handed over with it is not sent again")
    .option("--priority <which>", "high, normal or low", parsePriority)
    .option("--allow <address>", "let --to URL connect to this address or block, though it is not public", collect, [])
    .option("--queue", 'only keep it in the outbox, for "tocsin work" to deliver')
    .option("--wait", "stay until everything is delivered or given up; else what has to wait is left in the outbox")
    .option("--keep-source", "keep profile and template, so that it can be rendered again")
    .option("--dry-run", "render and check everything, send nothing")
    .option("--json", "print what became of each, and errors, as JSON, one a line")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .action(async (file: string, flags: Flags) => end(await guarded(io, () => send(file, flags, io))));
}

function parsePriority(text: string): string {
  if (!["high", "normal", "low"].includes(text)) throw new InvalidArgumentError("It is high, normal or low.");
  return text;
}

async function send(file: string, flags: Flags, io: Io): Promise<ExitCode> {
  const setup = await readSetup(flags, io);
  const source = await promptedSource(file, io);
  const { alertTemplate } = source;
  if (alertTemplate === undefined) throw new InputError("an alert is needed: a .yaml file with a title", { file });
  try {
    (await import("../../index.ts")).compileAlert(alertTemplate, setup.templates);
  } catch (error) {
    await write(io.stderr, problemText(toProblem(error as Error, source)));
    return 1;
  }
  const channels = await setupChannels(setup);
  const targets = await Promise.all(flags.to.map((text) => parseTarget(text, setup, channels, flags.allow)));
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

/** Channels that check and compose as they are, and print instead of sending. */
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

/** Of what went wrong, so many are told one by one; all are counted, and kept in the outbox. */
const told = 20;

/** One run of `send`. Counts, since a million deliveries must not be held. */
class Sending {
  readonly #job: Job;
  readonly #key: Template | undefined;
  readonly #started = Date.now();
  readonly #count = { profiles: 0, accepted: 0, delivered: 0, dead: 0, aborted: 0, known: 0, skipped: 0, failed: 0 };
  /** The last deliveries, for a run of a few. */
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
    if (event.type !== "settled" || event.createdAt < this.#started) return;
    this.#count[event.state]++;
    if (flags.json) {
      put(
        io.stdout,
        `${JSON.stringify({ id: event.id, channel: event.channel, state: event.state, reason: event.reason, attempts: event.attempts })}\n`,
      );
    } else if (event.state === "dead" && this.#count.dead <= told) {
      put(
        io.stderr,
        `${visible(`${event.id} on ${event.channel} to ${event.destination}: given up: ${event.reason}`)}\n`,
      );
    }
  };

  async run(dispatcher: Dispatcher): Promise<ExitCode> {
    const { flags, io } = this.#job;
    const opened = flags.profile === undefined ? undefined : await openFile(flags.profile, io);
    this.#size = opened?.size;
    const profiles = opened ? await readProfiles(opened, "int") : { one: {} };
    if (!flags.queue) dispatcher.start();
    if ("one" in profiles) await this.#handOver([{ profile: profiles.one }], dispatcher);
    else await this.#handOverLines(profiles.many, opened!.file, dispatcher);
    if (!flags.queue) await this.#deliver(dispatcher);
    return this.#report();
  }

  async #handOverLines(batches: AsyncIterable<readonly Line[]>, file: string, dispatcher: Dispatcher): Promise<void> {
    const progress = createProgress(this.#job.io, this.#size, { always: true });
    for await (const batch of batches) {
      const several: Profile[] = [];
      for (const { number, bytes } of batch) {
        if (isBlank(bytes)) continue;
        try {
          several.push({ profile: parseProfile(bytes, { file, line: number }, "int"), line: number });
        } catch (error) {
          await this.#failed(error as Error, { file, line: number });
        }
      }
      progress.erase();
      await this.#handOver(several, dispatcher, file);
      progress.show(this.#count.profiles, batch.at(-1)?.end ?? 0);
    }
    progress.erase();
  }

  async #handOver(several: readonly Profile[], dispatcher: Dispatcher, file?: string): Promise<void> {
    const { targets, alertTemplate, flags } = this.#job;
    const requests: SendRequest[] = [];
    const of: Profile[] = [];
    for (const one of several) {
      this.#count.profiles++;
      for (const { channel, to } of targets) {
        try {
          const destination = to(one.profile);
          if (destination === undefined) {
            this.#count.skipped++;
            continue;
          }
          const key = this.#key && `${channel}:${this.#key.render(one.profile)}`;
          requests.push({
            channel,
            to: destination,
            profile: one.profile,
            template: alertTemplate,
            ...(key !== undefined && { idempotencyKey: key }),
            ...(flags.priority !== undefined && { priority: flags.priority }),
          });
          of.push(one);
        } catch (error) {
          await this.#failed(error as Error, placeOf(one, file));
        }
      }
    }
    const results = await dispatcher.sendMany(requests);
    for (const [i, result] of results.entries()) {
      if ("error" in result) await this.#failed(result.error as Error, placeOf(of[i]!, file));
      else await this.#accepted(result, requests[i]!.channel, of[i]!);
    }
  }

  async #accepted(
    { id, state, duplicate, reason }: { id: string; state: string; duplicate: boolean; reason?: string | undefined },
    channel: string,
    { line }: Profile,
  ): Promise<void> {
    const { flags, io } = this.#job;
    if (duplicate) this.#count.known++;
    else if (state === "aborted") this.#count.aborted++;
    else if (state === "dead") this.#count.dead++;
    else {
      this.#count.accepted++;
      if (this.#ids.length <= told) this.#ids.push(id);
    }
    if (flags.json) await write(io.stdout, `${JSON.stringify({ id, channel, state, duplicate, reason, line })}\n`);
    else if (state === "aborted" && line === undefined) await write(io.stderr, `aborted: ${visible(reason ?? "")}\n`);
    else if (state === "dead" && this.#count.dead <= told)
      await write(io.stderr, `${id} on ${channel}: ${visible(reason ?? "")}\n`);
  }

  async #failed(error: Error, profile: { file: string; line: number } | undefined): Promise<void> {
    const { flags, io, source } = this.#job;
    if (error.name === "StoreError") throw error;
    this.#count.failed++;
    if (this.#count.failed > told && !flags.json) return;
    const problem =
      error.name === "DestinationError"
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
    const { profiles, accepted, delivered, dead, aborted, known, skipped, failed } = this.#count;
    const pending = accepted - delivered - dead;
    const bad = failed + dead > 0;
    if (flags.json) {
      await write(
        io.stdout,
        `${JSON.stringify({ profiles, delivered, pending, dead, aborted, known, skipped, failed })}\n`,
      );
      return bad ? 1 : 0;
    }
    if (this.#ids.length <= told && accepted > 0 && accepted <= told && !flags.dryRun) {
      await write(io.stdout, `${this.#ids.join("\n")}\n`);
    }
    const counts: [number, string][] = [
      [delivered, flags.dryRun ? "would be sent" : "delivered"],
      [pending, flags.queue ? "in the outbox" : 'wait in the outbox to be tried again ("tocsin work" does)'],
      [dead, "given up"],
      [aborted, "aborted by the template"],
      [known, "known before, not sent again"],
      [skipped, "without a destination"],
      [failed, "failed to render or to be addressed"],
    ];
    const said = counts.filter(([count]) => count > 0).map(([count, what]) => `${count.toLocaleString("en")} ${what}`);
    await write(io.stdout, `${said.join(", ") || "nothing to send"}\n`);
    return bad ? 1 : 0;
  }
}

interface Profile {
  readonly profile: unknown;
  readonly line?: number;
}

const placeOf = ({ line }: Profile, file: string | undefined): { file: string; line: number } | undefined =>
  file === undefined || line === undefined ? undefined : { file, line };
