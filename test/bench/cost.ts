/** What a step costs: every function and verb with the arguments that make it work most, and whole renders at the default limits. */
import { sprig } from "../../src/functions/index.ts";
import { defaultLimits } from "../../src/template/index.ts";
import { type Call, calls, sets } from "../hostile/arguments.ts";
import { type Counted, countedTemplate } from "../hostile/counted.ts";
import { duration, printRows, thousands } from "./table.ts";

/** Characters of a text; fewer than a profile may have, but a step costs the same. */
const size = 100_000;
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

/** In a loop until that takes a few ms, or a call ends it; the best of three, since the machine has other things to do. */
function measure(call: Call): Cost {
  const functions = { ...sets[call.set], ...(call.set === "alerting" ? { mod: sprig.mod, int: sprig.int } : {}) };
  const render = countedTemplate(`{{ range $t := $.turns }}{{ $x := ${call.action} }}{{ end }}`, functions, {
    limits: { steps },
  });
  let turns = 1;
  for (;;) {
    let ms = Number.POSITIVE_INFINITY;
    let counted: Counted | undefined;
    for (let i = 0; i < 3 && (i === 0 || ms > 1); i++) {
      const before = cpu();
      counted = render({ ...call.data, turns });
      ms = Math.min(ms, cpu() - before);
    }
    const { steps, error } = counted!;
    const enough = steps >= 20_000 ? ms > 2 : ms > 30;
    if (enough || error !== undefined || turns > 1e6) {
      const message = error instanceof Error ? error.message.slice(-60) : "";
      return { call, nsPerStep: (ms * 1e6) / steps, steps, ms, turns, error: message };
    }
    turns = Math.ceil(turns * Math.min(1000, Math.max(3, 4 / Math.max(ms, 0.001))));
  }
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
  const cost = measure(call);
  // What ends a render with an error costs once: it matters when that alone is long.
  if (cost.error !== "" && cost.ms < 150 && cost.steps < steps / 10) continue;
  const known = worst.get(key);
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
