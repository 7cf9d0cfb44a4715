/** What a step costs: every function and verb with the arguments that make it work most, and whole renders at the default limits. */
import { sprig } from "../../src/functions/index.ts";
import { defaultLimits } from "../../src/template/index.ts";
import { type Call, calls, sets } from "../hostile/arguments.ts";
import { countedTemplate } from "../hostile/operation-count.ts";
import { duration, printRows, thousands } from "./table.ts";

/** Characters of a text; fewer than a profile may have, but a step costs the same. */
const size = 30_000;
/** Names of functions, with their set: `sprig trim`. All unless given. */
const only = process.argv[2] === undefined ? undefined : new RegExp(process.argv[2]);
const { steps } = defaultLimits;

interface Cost {
  readonly call: Call;
  /** CPU. */
  readonly nsPerStep: number;
  readonly steps: number;
  readonly ms: number;
  readonly turns: number;
  readonly error: string;
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What costs less than `known` is measured once, roughly; the rest for some ms, the best of three, since the machine has other things to do. */
function measure(call: Call, known: number): Cost {
  const functions = { ...sets[call.set], ...(call.set === "alerting" ? { mod: sprig.mod, int: sprig.int } : {}) };
  const render = countedTemplate(`{{ range $t := $.turns }}{{ $x := ${call.action} }}{{ end }}`, functions, {
    limits: { steps },
  });
  const timed = (turns: number): Cost => {
    const before = cpu();
    const { steps, error } = render({ ...call.data, turns });
    const ms = cpu() - before;
    const message = error instanceof Error ? error.message.slice(-60) : "";
    return { call, nsPerStep: (ms * 1e6) / steps, steps, ms, turns, error: message };
  };
  let cost = timed(1);
  const isEnough = (least: number): boolean => cost.error !== "" || cost.ms >= least || cost.turns > 1e6;
  while (!isEnough(1) || (!isEnough(10) && cost.nsPerStep > known)) {
    cost = timed(Math.ceil(cost.turns * Math.min(300, Math.max(3, 12 / Math.max(cost.ms, 0.001)))));
  }
  for (let i = 0; i < 2 && cost.nsPerStep > known; i++) {
    const again = timed(cost.turns);
    if (again.ms < cost.ms) cost = again;
  }
  return cost;
}

const worst = new Map<string, Cost>();
let last = "";
const show = (key: string): void => {
  const cost = worst.get(key);
  if (cost) console.error(shown(cost));
};

function shown({ call, nsPerStep, steps, ms, turns, error }: Cost): string {
  const price = `${nsPerStep.toFixed(0).padStart(8)} ns/step`;
  return `${price} | ${call.set} ${call.name} | ${call.with} | ${ms.toFixed(1)} ms for ${turns} turns, ${steps} steps | ${error}`;
}

for (const call of calls(size)) {
  const key = `${call.set} ${call.name}`;
  if (only && !only.test(key)) continue;
  if (key !== last) show(last);
  last = key;
  const known = worst.get(key);
  const cost = measure(call, known?.nsPerStep ?? 0);
  // What ends a render with an error costs once: it matters when that alone is long.
  if (cost.error !== "" && cost.ms < 500 && cost.steps < steps / 10) continue;
  if (!known || cost.nsPerStep > known.nsPerStep) worst.set(key, cost);
}
show(last);

const sorted = [...worst.values()].sort((a, b) => b.nsPerStep - a.nsPerStep);
const median = sorted[sorted.length >> 1]!;
const whole = (cost: Cost): string => `${((cost.nsPerStep * steps) / 1e9).toFixed(2)} s`;
for (const cost of sorted.slice(0, 10)) {
  printRows(
    {
      measured: `a render of \`${cost.call.name}\` at ${thousands(steps)} steps (${cost.call.with})`,
      ours: whole(cost),
    },
    { target: "≤ 2 s" },
  );
}
printRows({
  measured: `a step, over ${sorted.length} functions and verbs: least, median, most`,
  ours: [sorted.at(-1)!, median, sorted[0]!].map((cost) => duration(cost.nsPerStep)).join(", "),
});
