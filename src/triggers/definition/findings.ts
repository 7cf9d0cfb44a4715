import { setImmediate as othersTurn } from "node:timers/promises";
import { lintCondition } from "../../audiences/index.ts";
import type { Json } from "../../base/json.ts";
import { isZone } from "../../base/zone.ts";
import type { TemplateOptions } from "../../compile.ts";
import { addSample, createShape, type Finding, lint, type Shape } from "../../lint/index.ts";
import type { Cause, Definition, EngineStore, Fields } from "../../store/index.ts";
import type { Plan } from "../engine.ts";
import { digestOf, templateData, triggerContext } from "../fire/trigger-context.ts";
import type { Catalog } from "./catalog.ts";
import type { LintedStep } from "./check.ts";
import type { Trigger } from "./trigger.ts";
import { unprotectedAddresses } from "./unprotected-addresses.ts";

/** Limits the profiles that conditions and templates are linted against. */
const maxSamples = 1_000;
const samplesAtOnce = 100;
/** Limits their size, in characters of JSON. */
const maxSampled = 4_000_000;

/** Profiles and events that templates are linted against, as JSON. */
export interface Samples {
  /** Fields of each profile. */
  readonly profiles: readonly string[];
  /** Recent events, by stream. */
  readonly events: { readonly [stream: string]: readonly { readonly id: string; readonly payload: string }[] };
}

/** Collects samples for the audiences and triggers that a plan creates or changes; none if there are none of these. */
export async function samplesFor(
  store: Pick<EngineStore, "profiles" | "events">,
  definitions: readonly Definition[],
  steps: readonly LintedStep[],
): Promise<Samples> {
  const touched = steps.filter(isLinted);
  if (touched.length === 0) return { profiles: [], events: {} };
  const profiles: string[] = [];
  let size = 0;
  let cursor: string | undefined;
  do {
    const { items, next } = await store.profiles.list({ limit: samplesAtOnce, after: cursor });
    for (const { fields } of items) size += profiles[profiles.push(JSON.stringify(fields)) - 1]!.length;
    cursor = next;
    await othersTurn();
  } while (cursor !== undefined && profiles.length < maxSamples && size < maxSampled);
  const events: { [stream: string]: { readonly id: string; readonly payload: string }[] } = {};
  for (const { kind, name, body } of definitions) {
    if (kind !== "trigger" || !touched.some((step) => step.kind === kind && step.name === name)) continue;
    const stream = (body as { readonly on?: { readonly event?: Json } } | null)?.on?.event;
    if (typeof stream !== "string" || Object.hasOwn(events, stream)) continue;
    const { items } = await store.events.list({ stream, limit: 100 });
    Object.defineProperty(events, stream, {
      value: items.map(({ id, payload }) => ({ id, payload: JSON.stringify(payload) })),
      enumerable: true,
    });
  }
  return { profiles, events };
}

const isLinted = ({ kind, action }: LintedStep): boolean =>
  (action === "create" || action === "change") && (kind === "audience" || kind === "trigger");

interface Found {
  readonly where: string;
  readonly severity: string;
  readonly message: string;
}

/** Lints what a plan creates or changes; audiences and triggers against samples. */
export function findingsOf(
  { profiles, events }: Samples,
  catalog: Catalog,
  steps: readonly LintedStep[],
  templates: TemplateOptions,
): Plan["findings"] {
  const touched = steps.filter(({ action }) => action === "create" || action === "change");
  const found = [
    ...touched.filter(({ kind }) => kind === "stream").flatMap(({ name }) => ofStream(name, catalog)),
    ...touched.filter(({ kind }) => kind === "trigger").flatMap(({ name }) => ofZone(name, catalog)),
    ...unprotectedAddresses(catalog, touched, templates),
  ];
  if (profiles.length === 0) return found;
  const items = profiles.map((fields) => JSON.parse(fields) as Fields);
  const fields = createShape();
  for (const profile of items) addSample(fields, profile);
  const say = (where: string, findings: readonly Finding[]): void => {
    for (const { severity, message, line, column, part } of findings) {
      found.push({ where: `${where}${part === undefined ? "" : `.${part}`}:${line}:${column}`, severity, message });
    }
  };
  for (const { kind, name } of touched) {
    const audience = kind === "audience" ? catalog.audiences.get(name) : undefined;
    if (audience !== undefined) {
      say(`audience ${name}: where`, lintCondition(audience.definition.where, { ...templates, shape: fields }));
    }
    const trigger = kind === "trigger" ? catalog.triggers.get(name) : undefined;
    if (trigger === undefined) continue;
    const shape = shapeFor(trigger, items, events);
    if (trigger.definition.where !== undefined) {
      say(`trigger ${name}: where`, lintCondition(trigger.definition.where, { ...templates, shape }));
    }
    say(`trigger ${name}: alert`, lint(trigger.definition.alert, { ...templates, shape }));
    for (const [i, { toTemplate = "" }] of trigger.targets.entries()) {
      // A profile without an address is skipped, which is not a mistake in the template.
      const rules = { "missing-value": "off" } as const;
      say(`trigger ${name}: send.${i}.to`, lint(toTemplate, { ...templates, shape, rules }));
    }
    const { dedupe, quietHours } = trigger.definition;
    for (const [where, text = ""] of [
      ["dedupe", typeof dedupe === "object" ? dedupe.key : dedupe],
      ["quietHours.zone", quietHours?.zone],
    ] as const) {
      say(`trigger ${name}: ${where}`, lint(text, { ...templates, shape, missingKey: "required" }));
    }
  }
  return found;
}

/** Returns a warning about a time zone of quiet hours that is written out and does not exist. */
function ofZone(name: string, { triggers }: Catalog): Found[] {
  const zone = triggers.get(name)?.definition.quietHours?.zone;
  if (zone === undefined || zone.includes("{{") || isZone(zone.trim())) return [];
  const message = `${JSON.stringify(zone)} is not an IANA time zone such as Europe/Warsaw: fallbackZone is used, or UTC`;
  return [{ where: `trigger ${name}: quietHours.zone`, severity: "warning", message }];
}

/** Returns warnings about a stream's definition. */
function ofStream(name: string, { streams }: Catalog): Found[] {
  const { verify, key } = streams.get(name)?.definition ?? {};
  if (verify === undefined || !("hmac" in verify) || verify.hmac.timestamp !== undefined) return [];
  const advice = key === undefined ? "; if not, give the stream a key (a template)" : "";
  const message =
    "the signature has no timestamp: whoever sees a request can replay it, so a body that was received within the last day " +
    `counts as a duplicate. If the sender signs a timestamp, name its header in timestamp${advice}`;
  return [{ where: `stream ${name}: verify.hmac`, severity: "warning", message }];
}

/** Returns the shape of the data that the trigger's templates see. */
function shapeFor(trigger: Trigger, items: readonly Fields[], events: Samples["events"]): Shape {
  const { on, fields, digest, quietHours } = trigger.definition;
  const shape = createShape();
  const causes: Cause[] = [];
  if ("enter" in on) {
    causes.push({ kind: "enter", audience: on.enter }, { kind: "run", audience: on.enter, run: "", backfill: true });
  } else if ("exit" in on) causes.push({ kind: "exit", audience: on.exit });
  else if ("change" in on) causes.push({ kind: "change", fields: on.change, before: {} });
  else if ("event" in on) {
    const recent = Object.hasOwn(events, on.event) ? events[on.event]! : [];
    for (const { payload, id } of recent) {
      causes.push({ kind: "event", stream: on.event, event: id, payload: JSON.parse(payload) as Json });
    }
    if (causes.length === 0) causes.push({ kind: "event", stream: on.event, event: "", payload: {} });
  } else causes.push({ kind: "run", audience: on.audience, run: "", backfill: false });
  const digests = digest !== undefined || quietHours?.action === "digest";
  items.forEach((item, i) => {
    const cause = causes[i % causes.length]!;
    const before = cause.kind === "change" ? { ...cause, before: item } : cause;
    const triggerData = triggerContext(trigger, before, 0);
    addSample(shape, templateData(item, digests ? digestOf([triggerData]) : triggerData, fields));
  });
  return shape;
}
