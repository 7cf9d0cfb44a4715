import { describe, expect, test } from "vitest";
import { goType } from "../../src/template/index.ts";
import { type Call, calls, sets } from "./arguments.ts";
import { countedTemplate } from "./operation-count.ts";

/**
 * Every function of every set, and every verb of printf, with arguments that make it work: it is charged at least a step for each
 * {@link perStep} characters, elements and keys that it is given or reads, however often it reads them. Nothing is timed here; what
 * a step costs is in `npm run bench -- cost`.
 */

const perStep = 64;
const size = 600;

/** Lists and maps that count what is read of them. */
function watched(data: Readonly<Record<string, unknown>>) {
  const seen = { touched: 0 };
  const watchers = new Map<object, object>();
  const watch = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || goType in value) return value;
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
    const known = watchers.get(value);
    if (known) return known;
    const watcher = new Proxy(value, {
      get(target, key) {
        const found: unknown = Reflect.get(target, key);
        if (typeof key === "symbol" || !Object.hasOwn(target, key) || key === "length") return found;
        seen.touched++;
        return watch(found);
      },
      ownKeys(target) {
        const keys = Reflect.ownKeys(target);
        seen.touched += keys.length;
        return keys;
      },
    });
    watchers.set(value, watcher);
    return watcher;
  };
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) copy[name] = watch(value);
  return { seen, data: copy };
}

const textsIn = (call: Call): number =>
  Object.entries(call.data).reduce((sum, [name, value]) => {
    const given = call.action.includes(`$.${name}`);
    return sum + (given && typeof value === "string" ? value.length : 0);
  }, 0);

/** What looks at the length of a text alone, or hands it on, and the way to it. */
const constant: Readonly<Record<string, string>> = {
  "builtins and": "gives one of its arguments, and looks whether it is empty",
  "builtins or": "the same",
  "builtins not": "looks whether it is empty",
  "builtins index": "goes into a text as far as the index",
  "builtins eq": "stops where texts differ; those of another length it does not read",
  "builtins ne": "the same",
  "builtins lt": "the same",
  "builtins le": "the same",
  "builtins gt": "the same",
  "builtins ge": "the same",
};

const byName = new Map<string, Call[]>();
for (const call of calls(size)) {
  const key = `${call.set} ${call.name}`;
  byName.set(key, [...(byName.get(key) ?? []), call]);
}
const names = (set: string): string[] => [...byName.keys()].filter((key) => key.startsWith(`${set} `));

describe.each(Object.keys(sets))("%s", (set) => {
  test.each(names(set))("%s", (key) => {
    for (const call of byName.get(key)!) {
      const functions = {
        ...sets[set],
        ...(set === "alerting" ? { mod: sets.sprig!.mod!, int: sets.sprig!.int! } : {}),
      };
      const { seen, data } = watched(call.data);
      const action = `{{ range $t := $.turns }}{{ $x := ${call.action} }}{{ end }}`;
      const render = countedTemplate(action, functions, { limits: { steps: 1_000_000, output: 1_000_000 } });
      const { steps, error } = render({ ...data, turns: 1 });
      // What a refused call has read is read once: the render has ended.
      if (error !== undefined) continue;
      const given = key in constant ? 0 : textsIn(call);
      expect(steps * perStep, `${call.action} with ${call.with}`).toBeGreaterThanOrEqual(given + seen.touched);
    }
  });
});
