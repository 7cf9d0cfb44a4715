/** What a step costs: every function and verb with the arguments that make it work most, and whole renders at the default limits. */
import { sprig } from "../../src/functions/index.ts";
import { type Call, calls, sets } from "../hostile/arguments.ts";
import { countedTemplate } from "../hostile/counted.ts";

const size = Number(process.env.COST_SIZE ?? 900_000);
const only = process.env.COST_ONLY ? new RegExp(process.env.COST_ONLY) : undefined;
const steps = 1_000_000;

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

/** In a loop until 30 ms are used up, or a call ends it. */
function measure(call: Call): Cost {
  const functions = { ...sets[call.set], ...(call.set === "alerting" ? { mod: sprig.mod, int: sprig.int } : {}) };
  const render = countedTemplate(`{{ range $t := $.turns }}{{ $x := ${call.action} }}{{ end }}`, functions, {
    limits: { steps },
  });
  let turns = 1;
  for (;;) {
    const data = { ...call.data, turns };
    const before = cpu();
    const { steps, error } = render(data);
    const ms = cpu() - before;
    if (ms > 4 || error !== undefined || turns > 1e6) {
      const message = error instanceof Error ? error.message.slice(-60) : "";
      return { call, nsPerStep: (ms * 1e6) / steps, steps, ms, turns, error: message };
    }
    turns = Math.ceil(turns * Math.min(1000, Math.max(2, 6 / Math.max(ms, 0.001))));
  }
}

const worst = new Map<string, Cost>();
for (const call of calls(size)) {
  const key = `${call.set} ${call.name}`;
  if (only && !only.test(key)) continue;
  const cost = measure(call);
  if (cost.ms > 300)
    console.error("slow", key, call.with, cost.ms.toFixed(0), "ms", cost.turns, "turns", cost.steps, cost.error);
  // What ends a render with an error costs once: it matters when that alone is long.
  const stopped = cost.error !== "" && !cost.error.includes("exceeded");
  if (stopped && cost.ms < 30) continue;
  const known = worst.get(key);
  if (!known || cost.nsPerStep > known.nsPerStep) worst.set(key, cost);
}
const sorted = [...worst.values()].sort((a, b) => b.nsPerStep - a.nsPerStep);
for (const { call, nsPerStep, steps, ms, turns, error } of sorted) {
  console.error(
    `${nsPerStep.toFixed(0).padStart(8)} ns/step | ${call.set} ${call.name} | ${call.with} | ${ms.toFixed(1)} ms for ${turns} turns, ${steps} steps | ${error}`,
  );
}
