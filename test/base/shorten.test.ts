import { describe, expect, test } from "vitest";
import { compileCondition } from "../../src/audiences/condition.ts";
import { maxReasonLength, shortened } from "../../src/base/shorten.ts";
import { settlementOf } from "../../src/dispatch/outcome-policy.ts";
import { alerting } from "../../src/functions/index.ts";
import { lint } from "../../src/lint/index.ts";
import { Problem } from "../../src/service/problem.ts";

const long = "a\ud83d\ude00".repeat(100_000);

describe("what may repeat a whole value of the data", () => {
  test("is cut with its length behind it, and nowhere inside a character", () => {
    expect(shortened("short")).toBe("short");
    expect(shortened("x".repeat(2000))).toBe("x".repeat(2000));
    const cut = shortened(long);
    expect(cut.length).toBe(maxReasonLength);
    expect(cut.endsWith("… (300000 characters)")).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
  });

  test("is cut as the reason of an attempt and of a dead letter", () => {
    const sent = { outcome: { kind: "rejected", reason: long } } as const;
    const claimed = { id: "d", claim: "c", attempt: 1, since: 0, content: {} } as never;
    const policy = { retry: {}, limits: {} } as never;
    const { decision, attempt } = settlementOf(claimed, sent as never, { startedAt: 0, endedAt: 1 }, policy, () => 0);
    expect(decision).toEqual({ state: "dead", reason: shortened(long) });
    expect(attempt?.outcome).toEqual({ kind: "rejected", reason: shortened(long) });
  });

  test("is cut in the answer of the API", () => {
    const problem = new Problem("unprocessable", long, { errors: [{ path: "/body", message: long }] });
    expect(problem.toJSON()).toMatchObject({
      detail: shortened(long),
      errors: [{ path: "/body", message: shortened(long) }],
    });
  });

  test("is cut as what is wrong with a condition", () => {
    const { problem } = compileCondition("abort .a", { functions: [alerting] }).test({ a: long });
    expect(problem).toBe(shortened(`the condition called abort: ${long}`));
  });

  test("is cut in findings", () => {
    const [finding] = lint(`{{ .a | print ${`"${"x".repeat(5000)}" `} | ${"f".repeat(5000)} }}`);
    expect(finding!.message.length).toBeLessThanOrEqual(maxReasonLength);
    expect(finding!.go!.length).toBeLessThanOrEqual(maxReasonLength);
  });
});
