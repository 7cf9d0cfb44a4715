import { describe, expect, test } from "vitest";
import { TemplateLimitError } from "../../grammar/index.ts";
import { compileCondition } from "../../src/audiences/index.ts";
import { compile, compileAlert, type TemplateOptions } from "../../src/index.ts";
import { define } from "../../src/template/index.ts";
import { timeSlice } from "../../src/template/limits.ts";
import { errorOf as thrown } from "../thrown.ts";

/** Makes a clock that advances by a millisecond at each reading, and counts the readings. */
function ticking() {
  const clock = { looks: 0, monotonicClock: () => 5_000 + clock.looks++ };
  return clock;
}

const loop = "{{range 1000000000}}{{end}}";
const spent = (limit: number, template = "template", at = `1:8: executing "${template}" at <1000000000>`) =>
  `template: ${template}:${at}: exceeded the time limit (${limit} ms)`;

function errorOf(run: () => unknown): TemplateLimitError {
  const error = thrown(run);
  if (error instanceof TemplateLimitError) return error;
  throw error;
}

describe("limits.time", () => {
  test("stops what takes too long, and says so", () => {
    const { monotonicClock } = ticking();
    const error = errorOf(() => compile(`a${loop}`, { monotonicClock, limits: { time: 3, steps: 1e9 } }).render());
    expect([error.limit, error.output, error.message]).toEqual(["time", "a", spent(3).replace("1:8", "1:9")]);
  });

  test("is looked at once a slice of steps, and not at all unless it is given", () => {
    const turns = (count: number, options: TemplateOptions) => {
      const clock = ticking();
      compile(`{{range ${count}}}{{end}}`, { ...options, monotonicClock: clock.monotonicClock }).render();
      return clock.looks;
    };
    expect(turns(100 * timeSlice, {})).toBe(0);
    expect(turns(1, { limits: { time: 1000 } })).toBe(2); // at the start and with the first steps
    expect(turns(100 * timeSlice, { limits: { time: 1000 } })).toBe(101);
  });

  test("leaves the other limits as they are", () => {
    const { monotonicClock } = ticking();
    for (const steps of [0, 1, 999, 1000, 1001, 12_345]) {
      const render = (time?: number) =>
        errorOf(() => compile("{{range 1000000}}x{{end}}", { monotonicClock, limits: { steps, time } }).render());
      const [timed, free] = [render(1e9), render()];
      expect([timed.limit, timed.message, timed.output]).toEqual([free.limit, free.message, free.output]);
    }
  });

  test("cannot be outlived by a function that catches it", () => {
    const { monotonicClock } = ticking();
    const deaf = define({ params: [], context: true }, (context) => {
      try {
        for (;;) context.spend(timeSlice);
      } catch {
        return "x";
      }
    });
    const text = "{{range 1000000000}}{{deaf}}{{end}}";
    const error = errorOf(() =>
      compile(text, { functions: [{ deaf }], monotonicClock, limits: { time: 40 } }).render(),
    );
    expect([error.limit, error.message]).toEqual([
      "time",
      spent(40, "template", `1:22: executing "template" at <deaf>`),
    ]);
  });

  test("has to make sense", () => {
    const options = { limits: { time: Number.NaN } };
    expect(() => compile("", options)).toThrow(new TypeError("the time limit is NaN, not a number from 0"));
    const nonsense = new TypeError("time and since are numbers of milliseconds");
    expect(() => compile("").render(1, { time: Number.NaN })).toThrow(nonsense);
    expect(() => compile("").render(1, { time: 1, since: Number.NaN })).toThrow(nonsense);
    expect(() => compile("", { monotonicClock: 1 as never })).toThrow(
      new TypeError("the monotonicClock is a function that gives milliseconds"),
    );
  });
});

describe("the time of one render", () => {
  test("goes before the limit that the template was compiled with", () => {
    const { monotonicClock } = ticking();
    const template = compile(loop, { monotonicClock, limits: { time: 5, steps: 10 * timeSlice } });
    expect(errorOf(() => template.render(1, { time: 2 })).message).toBe(spent(2));
    expect(errorOf(() => template.render(1)).message).toBe(spent(5));
    expect(errorOf(() => template.render(1, { time: 100 })).limit).toBe("steps");
    expect(errorOf(() => template.render(1, { time: Number.POSITIVE_INFINITY })).limit).toBe("steps");
  });

  test("is shared by those that began together", () => {
    const clock = ticking();
    const template = compile("{{range 1500}}{{end}}x", { monotonicClock: clock.monotonicClock });
    const shared = { time: 5, since: clock.monotonicClock() };
    expect(template.render(1, shared)).toBe("x"); // two readings each
    expect(template.render(1, shared)).toBe("x");
    const error = errorOf(() => template.render(1, shared));
    expect([error.limit, error.output]).toEqual(["time", ""]);
    expect(errorOf(() => compile("x").render(1, { time: 0 })).limit).toBe("time");
  });

  test("is that of all parts of an alert", () => {
    const { monotonicClock } = ticking();
    const part = "{{range 1500}}{{end}}x";
    const options = { monotonicClock, limits: { time: 5 } };
    const alert = compileAlert({ title: part, subtitle: part, body: loop }, options);
    expect(errorOf(() => alert.render({})).message).toBe(spent(5, "body", `1:0: executing "body" at <>`));
    expect(errorOf(() => alert.render({}, { time: 1 })).message).toContain("template: title:1:");
  });

  test("ends a condition, which then is not known", () => {
    const { monotonicClock } = ticking();
    const condition = compileCondition(".a", { monotonicClock });
    expect(condition.test({ a: 1 })).toEqual({ matches: true });
    const { matches, limit, problem } = condition.test({ a: 1 }, { time: 0 });
    expect([matches, limit]).toEqual([false, "time"]);
    expect(problem).toMatch(/^template: where:1:0: executing "where" at <>: exceeded the time limit \(0 ms\)$/);
    const big = compileCondition("eq .a .a", { monotonicClock, limits: { steps: 10 } });
    expect(big.test({ a: "x".repeat(1000) }).limit).toBe("steps");
    expect(big.test({ a: [] }).limit).toBeUndefined();
  });
});
