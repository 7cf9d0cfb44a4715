import { setImmediate as othersTurn } from "node:timers/promises";
import {
  type AudienceDefinition,
  audienceDefinition,
  type Condition,
  type ConditionResult,
  compileCondition,
} from "../../audiences/index.ts";
import {
  compileStream,
  type MappedPayload,
  type ProfileSettings,
  profilesDefinition,
  resolveProfiles,
  type StreamDefinition,
  StreamError,
  streamDefinition,
} from "../../profiles/index.ts";
import type { Definition, DefinitionKind } from "../../store/index.ts";
import { DefinitionError, NotFoundError } from "../engine.ts";
import type { Evaluable } from "../fire/evaluation.ts";
import { type AlarmDefinition, alarmDefinition } from "./definition.ts";
import { assertAccepted, type CompileOptions, compileTrigger, type Target, type Trigger, testOf } from "./trigger.ts";
import { checkBody } from "./validate.ts";

export interface Audience {
  readonly name: string;
  readonly definition: AudienceDefinition;
  readonly condition: Condition;
  readonly test: Evaluable<ConditionResult>;
  readonly status: AudienceStatus;
}

export interface AudienceStatus {
  /** Run that evaluates the audience again for every profile. `silent`: profiles that enter or leave fire nothing. */
  readonly reevaluation?: { readonly run: string; readonly silent: boolean } | undefined;
  /** When the last re-evaluation began, in ms since 1970. */
  readonly reevaluatedAt?: number | undefined;
}

export interface Stream {
  readonly name: string;
  readonly definition: StreamDefinition;
  readonly mapping: Evaluable<MappedPayload>;
}

export interface Alarm {
  readonly name: string;
  readonly definition: AlarmDefinition;
}

/** Holds all definitions, compiled. */
export interface Catalog {
  readonly version: number;
  readonly settings: ProfileSettings;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly audiences: ReadonlyMap<string, Audience>;
  readonly triggers: ReadonlyMap<string, Trigger>;
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** Returns the audiences whose condition reads one of these fields. */
  audiencesFor(changed: ReadonlySet<string>): readonly Audience[];
  /** Triggers by what they listen to: `enter AUDIENCE`, `exit AUDIENCE`, `event STREAM`. */
  readonly on: ReadonlyMap<string, readonly Trigger[]>;
  /** Triggers on a change of fields. */
  readonly onChange: readonly Trigger[];
  /**
   * Definitions that cannot run here, for example because a channel or function is missing. The rest runs without them.
   */
  readonly broken: readonly DefinitionError[];
}

/** Compiles catalogs, and compiles no definition again that has not changed since the last. */
export class Compiler {
  readonly #options: CompileOptions;
  #known: Map<string, Compiled>;
  /** Definitions compiled beforehand, for the next catalog. */
  #prepared = new Map<string, Compiled>();

  /** @param like compiler with the same options, whose compiled definitions are used again */
  constructor(compileOptions: CompileOptions, like?: Compiler) {
    this.#options = compileOptions;
    this.#known = new Map(like && [...like.#known, ...like.#prepared]);
  }

  /**
   * Compiles new definitions for the next catalog, one at a time, so that the event loop gets its turn in between.
   * Never throws.
   */
  async prepare(definitions: readonly Definition[]): Promise<void> {
    this.#prepared = new Map();
    for (const definition of definitions) {
      const [key, text] = keyOf(definition);
      if (this.#known.get(key)?.text === text) continue;
      try {
        this.#prepared.set(key, { text, compiled: this.#compile(definition) });
      } catch {
        // `catalog` reports the error.
      }
      await othersTurn();
    }
  }

  /** Compiles a catalog. @param onBroken gets the error of a definition, which is then left out; may throw it */
  catalog(version: number, definitions: readonly Definition[], onBroken: (error: DefinitionError) => void): Catalog {
    const broken: DefinitionError[] = [];
    const leaveOut = (error: unknown): void => {
      if (!(error instanceof DefinitionError)) throw error;
      onBroken(error);
      broken.push(error);
    };
    const known = new Map<string, Compiled>();
    const all = <T>(kind: DefinitionKind): Map<string, T> => {
      const compiled = new Map<string, T>();
      for (const definition of definitions) {
        if (definition.kind !== kind) continue;
        const [key, text] = keyOf(definition);
        const before = [this.#known, this.#prepared].map((some) => some.get(key)).find((one) => one?.text === text);
        try {
          const one = before === undefined ? this.#compile(definition) : before.compiled;
          known.set(key, { text, compiled: one });
          compiled.set(definition.name, one as T);
        } catch (error) {
          leaveOut(error);
        }
      }
      return compiled;
    };
    const settings = all<ProfileSettings>("profiles");
    const streams = all<Stream>("stream");
    const audiences = all<Audience>("audience");
    const triggers = all<Trigger>("trigger");
    const alarms = all<Alarm>("alarm");
    this.#known = known;
    this.#prepared = new Map();
    keep(triggers, (trigger) => checkTrigger(trigger, audiences, streams), leaveOut);
    const declared = (kind: DefinitionKind) => definitions.filter((one) => one.kind === kind).map(({ name }) => name);
    const named = { audiences: declared("audience"), triggers: declared("trigger") };
    keep(alarms, (alarm) => checkAlarm(alarm, named, this.#options.channels), leaveOut);
    return {
      version,
      settings: settings.get("profiles") ?? resolveProfiles(),
      streams,
      audiences,
      triggers,
      alarms,
      audiencesFor: index([...audiences.values()]),
      ...listeners(triggers),
      broken,
    };
  }

  /** Compiles one definition. @throws DefinitionError */
  #compile(definition: Definition): ProfileSettings | Stream | Audience | Trigger | Alarm {
    const { kind, name, body } = definition;
    switch (kind) {
      case "profiles":
        return resolveProfiles(checkBody(kind, name, profilesDefinition, body));
      case "stream":
        return compiledStream(definition, this.#options);
      case "audience":
        return compiledAudience(definition, this.#options);
      case "trigger":
        return compileTrigger(definition, this.#options);
      case "alarm":
        return { name, definition: checkBody(kind, name, alarmDefinition, body) };
      default:
        return kind satisfies never;
    }
  }
}

interface Compiled {
  /** JSON of the definition that was compiled. */
  readonly text: string;
  readonly compiled: ProfileSettings | Stream | Audience | Trigger | Alarm;
}

const keyOf = ({ kind, name, body, status }: Definition): readonly [key: string, text: string] => [
  `${kind} ${name}`,
  JSON.stringify([body, status]),
];

function compiledAudience({ name, body, status }: Definition, { templates }: CompileOptions): Audience {
  const definition = checkBody("audience", name, audienceDefinition, body);
  try {
    const condition = compileCondition(definition.where, { ...templates, name: "where" });
    return { name, definition, condition, test: testOf(condition), status: (status ?? {}) as AudienceStatus };
  } catch (error) {
    throw new DefinitionError((error as Error).message, { kind: "audience", name, path: ["where"] });
  }
}

function compiledStream({ name, body }: Definition, { templates }: CompileOptions): Stream {
  const definition = checkBody("stream", name, streamDefinition, body);
  try {
    const compiled = compileStream(name, definition, templates);
    const source = { kind: "mapping", stream: name, definition } as const;
    return { name, definition, mapping: { source, evaluate: (payload, limit) => compiled.map(payload, limit) } };
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    throw new DefinitionError(error.message, { kind: "stream", name, path: error.path });
  }
}

/** Indexes audiences by field, because most updates change a field or two that few conditions read. */
function index(audiences: readonly Audience[]): Catalog["audiencesFor"] {
  const always = audiences.filter(({ condition }) => condition.reads === "all");
  const readers = new Map<string, Audience[]>();
  for (const audience of audiences) {
    if (audience.condition.reads === "all") continue;
    for (const field of audience.condition.reads) {
      const some = readers.get(field);
      if (some === undefined) readers.set(field, [audience]);
      else some.push(audience);
    }
  }
  return (changed) => {
    if (changed.size === 1) {
      const [field] = changed;
      const some = readers.get(field!);
      if (some === undefined) return always;
      return always.length === 0 ? some : [...always, ...some];
    }
    const found = new Set(always);
    for (const field of changed) for (const audience of readers.get(field) ?? []) found.add(audience);
    return [...found];
  };
}

/**
 * Indexes triggers by what they listen to. Drafts and triggers that are done listen to nothing; paused ones do, so that
 * it is stored that they did not fire.
 */
function listeners(triggers: ReadonlyMap<string, Trigger>): Pick<Catalog, "on" | "onChange"> {
  const on = new Map<string, Trigger[]>();
  const onChange: Trigger[] = [];
  for (const trigger of triggers.values()) {
    const { state } = trigger.status;
    if (state !== "active" && state !== "paused") continue;
    const { on: what } = trigger.definition;
    if ("change" in what) onChange.push(trigger);
    const key =
      "enter" in what
        ? `enter ${what.enter}`
        : "exit" in what
          ? `exit ${what.exit}`
          : "event" in what
            ? `event ${what.event}`
            : undefined;
    if (key === undefined) continue;
    const some = on.get(key);
    if (some === undefined) on.set(key, [trigger]);
    else some.push(trigger);
  }
  return { on, onChange };
}

/** Returns the audience of a trigger, and the key in its body that names the audience. */
export function audienceOf({ definition: { on } }: Trigger): readonly [key: string, name: string] | undefined {
  if ("enter" in on) return ["enter", on.enter];
  if ("exit" in on) return ["exit", on.exit];
  return "audience" in on && on.audience !== undefined ? ["audience", on.audience] : undefined;
}

function keep<T>(all: Map<string, T>, check: (one: T) => void, leaveOut: (error: unknown) => void): void {
  for (const [name, one] of [...all]) {
    try {
      check(one);
    } catch (error) {
      all.delete(name);
      leaveOut(error);
    }
  }
}

interface DefinitionPath {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Checks that a name exists. @throws DefinitionError */
function requireName(at: DefinitionPath, what: string, name: string, all: Iterable<string>): void {
  const names = [...all];
  if (names.includes(name)) return;
  throw new DefinitionError(new NotFoundError(what, name, names).message, at);
}

function checkTrigger(trigger: Trigger, audiences: Catalog["audiences"], streams: Catalog["streams"]): void {
  const at = { kind: "trigger", name: trigger.name } as const;
  const { on, dwell, backfill } = trigger.definition;
  const watched = audienceOf(trigger);
  if (watched !== undefined) requireName({ ...at, path: ["on", watched[0]] }, "audience", watched[1], audiences.keys());
  if ("event" in on) requireName({ ...at, path: ["on", "event"] }, "stream", on.event, streams.keys());
  if (dwell !== undefined && !("enter" in on || "exit" in on)) {
    throw new DefinitionError("only a trigger on enter or exit has a dwell time", { ...at, path: ["dwell"] });
  }
  if (backfill !== undefined && !("enter" in on)) {
    throw new DefinitionError("only a trigger on enter has a backfill", { ...at, path: ["backfill"] });
  }
}

/** Checks the targets of an alarm with its channels. @throws DefinitionError */
export function checkAlarmTargets({ name, body }: Definition, channels: CompileOptions["channels"]): void {
  const { send } = checkBody("alarm", name, alarmDefinition, body);
  for (const i of send.keys()) checkAlarmTarget(name, send, i, channels);
}

/** Checks the names in an alarm. @param declared includes definitions that cannot run: those need watching most */
function checkAlarm(
  { name, definition: { when, send } }: Alarm,
  declared: { readonly audiences: readonly string[]; readonly triggers: readonly string[] },
  channels: CompileOptions["channels"],
): void {
  const at = { kind: "alarm", name } as const;
  if ("empty" in when) requireName({ ...at, path: ["when", "empty"] }, "audience", when.empty, declared.audiences);
  if ("silent" in when) requireName({ ...at, path: ["when", "silent"] }, "trigger", when.silent, declared.triggers);
  if ("failing" in when) requireName({ ...at, path: ["when", "failing"] }, "trigger", when.failing, declared.triggers);
  for (const i of send.keys()) checkAlarmTarget(name, send, i, channels);
}

function checkAlarmTarget(
  name: string,
  send: AlarmDefinition["send"],
  i: number,
  channels: CompileOptions["channels"],
): void {
  const at = { kind: "alarm", name } as const;
  const { channel, to, options } = send[i]!;
  requireName({ ...at, path: ["send", i, "channel"] }, "channel", channel, Object.keys(channels));
  try {
    assertAccepted(channels[channel]!, to ?? null, options as Target["options"]);
  } catch (error) {
    throw new DefinitionError((error as Error).message, { ...at, path: ["send", i, ...(to ? ["to"] : [])] });
  }
}
