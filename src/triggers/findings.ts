import { lintCondition } from "../audiences/index.ts";
import type { TemplateOptions } from "../compile.ts";
import { addSample, createShape, type Finding, lint, type Shape } from "../lint/index.ts";
import type { Plan, Step } from "./engine.ts";
import type { Cause } from "./firing.ts";
import type { Program } from "./program.ts";
import type { ProgramStore } from "./store.ts";
import { aboutOf, digestOf, subjectOf } from "./subject.ts";
import type { Trigger } from "./trigger.ts";
import { unprotectedAddresses } from "./unprotected-addresses.ts";

/** Profiles that conditions and templates are checked against. */
const samples = 1_000;

/** What the linter says of the audiences and triggers that a plan creates or changes. */
export async function findingsOf(
  store: Pick<ProgramStore, "profiles" | "events">,
  program: Program,
  steps: readonly Step[],
  templates: TemplateOptions,
): Promise<Plan["findings"]> {
  const touched = steps.filter(({ action }) => action === "create" || action === "change");
  const found = unprotectedAddresses(program, touched, templates);
  if (!touched.some(({ kind }) => kind === "audience" || kind === "trigger")) return found;
  const { items } = await store.profiles.list({ limit: samples });
  if (items.length === 0) return found;
  const fields = createShape();
  for (const profile of items) addSample(fields, profile.fields);
  const say = (where: string, findings: readonly Finding[]): void => {
    for (const { severity, message, line, column, part } of findings) {
      found.push({ where: `${where}${part === undefined ? "" : `.${part}`}:${line}:${column}`, severity, message });
    }
  };
  for (const { kind, name } of touched) {
    const audience = kind === "audience" ? program.audiences.get(name) : undefined;
    if (audience !== undefined) {
      say(`audience ${name}: where`, lintCondition(audience.definition.where, { ...templates, shape: fields }));
    }
    const trigger = kind === "trigger" ? program.triggers.get(name) : undefined;
    if (trigger === undefined) continue;
    const shape = await shapeFor(trigger, items, store);
    if (trigger.definition.where !== undefined) {
      say(`trigger ${name}: where`, lintCondition(trigger.definition.where, { ...templates, shape }));
    }
    say(`trigger ${name}: alert`, lint(trigger.definition.alert, { ...templates, shape }));
    for (const [i, { written = "" }] of trigger.exits.entries()) {
      // Whoever lacks an address is left out, and that is no fault of the template.
      const rules = { "missing-value": "off" } as const;
      say(`trigger ${name}: send.${i}.to`, lint(written, { ...templates, shape, rules }));
    }
    const { dedupe, quiet } = trigger.definition;
    for (const [where, text = ""] of [
      ["dedupe", typeof dedupe === "object" ? dedupe.key : dedupe],
      ["quiet.zone", quiet?.zone],
    ] as const) {
      say(`trigger ${name}: ${where}`, lint(text, { ...templates, shape, missingKey: "required" }));
    }
  }
  return found;
}

/** The shape of what the trigger's templates see. */
async function shapeFor(
  trigger: Trigger,
  items: readonly { readonly fields: Parameters<typeof subjectOf>[0] }[],
  { events }: Pick<ProgramStore, "events">,
): Promise<Shape> {
  const { on, fields, digest, quiet } = trigger.definition;
  const shape = createShape();
  const causes: Cause[] = [];
  if ("enter" in on) {
    causes.push({ kind: "enter", audience: on.enter }, { kind: "member", audience: on.enter, run: "", backfill: true });
  } else if ("exit" in on) causes.push({ kind: "exit", audience: on.exit });
  else if ("change" in on) causes.push({ kind: "change", fields: on.change, before: {} });
  else if ("event" in on) {
    const recent = await events.list({ stream: on.event, limit: 100 });
    for (const { payload, id } of recent.items) causes.push({ kind: "event", stream: on.event, event: id, payload });
    if (causes.length === 0) causes.push({ kind: "event", stream: on.event, event: "", payload: {} });
  } else causes.push({ kind: "member", audience: on.audience, run: "", backfill: false });
  const digests = digest !== undefined || quiet?.do === "digest";
  items.forEach((item, i) => {
    const cause = causes[i % causes.length]!;
    const before = cause.kind === "change" ? { ...cause, before: item.fields } : cause;
    const about = aboutOf(trigger, before, 0);
    addSample(shape, subjectOf(item.fields, digests ? digestOf([about]) : about, fields));
  });
  return shape;
}
