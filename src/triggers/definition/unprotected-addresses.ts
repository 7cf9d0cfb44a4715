import { parse } from "../../../grammar/index.ts";
import type { TemplateOptions } from "../../compile.ts";
import { identityModeOf } from "../../profiles/index.ts";
import { readsOf } from "../../template/index.ts";
import type { Step } from "../engine.ts";
import type { Catalog, Stream } from "./catalog.ts";
import type { Trigger } from "./trigger.ts";

interface Warning {
  readonly where: string;
  readonly severity: string;
  readonly message: string;
}

type Path = readonly string[];

/**
 * Warns of triggers whose destination a sender without the right to merge decides: `to` reads an unprotected field that
 * such a stream sets, or the event itself.
 * @param touched changed definitions; a changed stream or changed settings concern every trigger
 */
export function unprotectedAddresses(
  catalog: Catalog,
  touched: readonly Pick<Step, "kind" | "name">[],
  templates: TemplateOptions,
): Warning[] {
  const all = touched.some(({ kind }) => kind === "stream" || kind === "profiles");
  const open = [...catalog.streams.values()].filter(({ definition }) => identityModeOf(definition, false) !== "merge");
  const found: Warning[] = [];
  for (const trigger of catalog.triggers.values()) {
    if (!all && !touched.some(({ kind, name }) => kind === "trigger" && name === trigger.name)) continue;
    for (const [i, { toTemplate = "" }] of trigger.targets.entries()) {
      for (const message of objections(toTemplate, trigger, open, catalog.settings.protect, templates)) {
        found.push({ where: `trigger ${trigger.name}: send.${i}.to`, severity: "warning", message });
      }
    }
  }
  return found;
}

function objections(
  toTemplate: string,
  { definition: { on } }: Trigger,
  open: readonly Stream[],
  protect: readonly string[],
  { delims }: TemplateOptions,
): string[] {
  const protectedPaths = protect.map((path) => path.split("."));
  const messages = new Set<string>();
  for (const read of pathsIn(toTemplate, delims)) {
    if (read[0] === "trigger") {
      if (!("event" in on) || !["event", "events", undefined].includes(read[1])) continue;
      if (!open.some(({ name }) => name === on.event)) continue;
      messages.add(
        `.${read.slice(0, 2).join(".")} is what was posted to the stream ${on.event}: whoever can post to it without being allowed to merge decides where this alert goes; use a field that is protected`,
      );
      continue;
    }
    for (const { name, definition } of open) {
      for (const field of Object.keys(definition.fields ?? {})) {
        const set = field.split(".");
        if (!isWithin(set, read) && !isWithin(read, set)) continue;
        if (protectedPaths.some((path) => isWithin(read, path) || isWithin(set, path))) continue;
        messages.add(
          `.${field} can be set by whoever can post to the stream ${name}, and says where this alert goes; protect it (profiles: { protect: [${field}] }), or write identity: merge if all who can post to ${name} are trusted`,
        );
      }
    }
  }
  return [...messages];
}

/** Reports whether a path is another path or continues it. */
const isWithin = (path: Path, other: Path): boolean => other.every((name, i) => path[i] === name);

/** Returns the fields that a template reads; for `index . "email"` the literal names. */
function pathsIn(text: string, delims: TemplateOptions["delims"]): readonly Path[] {
  const [left, right] = delims ?? ["{{", "}}"];
  const trees = parse(text, { name: "to", delims: [left || "{{", right || "}}"], isFunction: () => true });
  const tree = trees.get("to");
  if (tree === undefined) return [];
  const { paths, whole } = readsOf(tree.root);
  const names = whole ? [...text.matchAll(/["`]([^"`]{1,200})["`]/g)].map(([, name]) => [name!]) : [];
  return [...paths, ...names];
}
