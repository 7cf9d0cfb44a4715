import { describe, expect, test } from "vitest";
import { policies } from "../conformance/case.ts";
import { caseFiles, mismatches, report, strayDivergences } from "../conformance/run.ts";

/** Compares every case with the recorded result of real Go: both number policies, byte for byte. */
describe.each(caseFiles())("$file.section", ({ file: { cases } }) => {
  test.each(policies)("numbers: %s", (numbers) => {
    const found = mismatches(cases, numbers);
    if (found.length > 0) expect.fail(report(found, cases.length));
  });
});

test("every divergence is about a case", () => {
  expect(strayDivergences()).toEqual([]);
});
