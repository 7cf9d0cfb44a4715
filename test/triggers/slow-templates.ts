import { alerting, sprig } from "../../src/functions/index.ts";
import type { EngineStore } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { define } from "../../src/template/index.ts";
import { timeSlice } from "../../src/template/limits.ts";
import { answerRequest, type EvaluationRequest, type Outcome } from "../../src/triggers/fire/evaluation.ts";
import type { EngineOptions } from "../../src/triggers/index.ts";
import { createHarness, noon } from "./harness.ts";

/** Returns templates with a function `slow MS` that takes that long by a clock that nothing else moves. */
export function slowTemplates(limits: NonNullable<EngineOptions["templates"]["limits"]> = {}) {
  let now = 0;
  let calls = 0;
  const slow = define({ params: ["plain"], returns: "string", context: true }, (context, ms) => {
    now += Number(ms);
    calls++;
    context.spend(timeSlice);
    return "";
  });
  return {
    templates: { functions: [sprig, alerting, { slow }], monotonicClock: () => now, limits },
    calls: () => calls,
  };
}

interface SlowOptions {
  readonly store?: EngineStore;
  /** How long what takes a ms on the loop takes in the other thread. @default 1 */
  readonly pace?: number;
  readonly limits?: NonNullable<EngineOptions["templates"]["limits"]>;
  readonly more?: Partial<EngineOptions>;
}

/** Creates a harness with another thread for slow evaluations, as far as tests can tell. */
export function createSlowHarness({ store = memoryStore(), limits, more }: SlowOptions = {}) {
  const here = slowTemplates(limits);
  const requests: EvaluationRequest[] = [];
  const slept: number[] = [];
  const thread = {
    /** What happens before the thread answers. */
    before: async (_request: EvaluationRequest): Promise<void> => {},
    answer: (request: EvaluationRequest): Outcome | { readonly kind: "busy" } =>
      answerRequest(request, slowTemplates(limits).templates),
  };
  const s = createHarness(store, noon, {
    templates: here.templates,
    evaluate: async (request) => {
      // As between threads.
      const given = structuredClone(request);
      requests.push(given);
      await thread.before(given);
      return structuredClone(thread.answer(given));
    },
    sleep: async (ms) => {
      slept.push(ms);
    },
    ...more,
  });
  return { s, requests, slept, thread, here };
}
