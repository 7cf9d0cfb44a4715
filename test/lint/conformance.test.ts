import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { policies, type RecordedCase, wanted } from "../../conformance/case.ts";
import { decodeData } from "../../conformance/data.ts";
import { functionSets, functions } from "../../conformance/functions.ts";
import { caseFiles, type Divergence } from "../../conformance/run.ts";
import { parseAll } from "../../grammar/index.ts";
import { content } from "../../src/functions/index.ts";
import { type Finding, type LintOptions, lint } from "../../src/lint/index.ts";
import { isBuiltin } from "../../src/template/builtins/index.ts";
import type { FunctionSet, Numbers } from "../../src/template/index.ts";

/** Compares records of real Go with what the linter says without rendering. */
const divergences: readonly Divergence[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../conformance/divergences.json"), "utf8"),
);
const isDivergent = (one: RecordedCase): boolean =>
  divergences.some((divergence) => divergence.case === (one.id ?? one.template));

/** Returns the sets of Go's recorder; for `html` also the functions of typed content. */
function setsOf({ functions: which, escape: escaping }: RecordedCase): readonly FunctionSet[] {
  if (!which) return [];
  if (typeof which === "string") return [functionSets[which]!];
  return escaping ? [functions, content] : [functions];
}

function optionsOf(one: RecordedCase, numbers: Numbers): LintOptions {
  return {
    name: one.name ?? "t",
    numbers,
    delims: one.delims,
    missingKey: one.missingKey,
    functions: setsOf(one),
    ...(one.escape && { part: one.escape }),
    sets: {},
    templates: Object.fromEntries(one.templates ?? []),
    samples: one.data === undefined ? [] : [decodeData(one.data)],
  };
}

const isSyntax = ({ go, severity }: Finding): boolean =>
  severity === "error" && go !== undefined && !go.includes(": executing ");

describe.each(caseFiles())("$file.section", ({ file: { cases } }) => {
  const comparable = cases.filter((one) => !isDivergent(one));

  test.each(policies)("what does not parse is found, in Go's words; numbers: %s", (numbers) => {
    const wrong = comparable.flatMap((one) => {
      const { output, error } = wanted(one.want, numbers);
      // The linter checks what is rendered unless an entry is named.
      if (output !== undefined || one.entry !== undefined) return [];
      const found = lint(one.template, optionsOf(one, numbers)).map(({ go }) => go);
      return found.includes(error) ? [] : [{ template: one.template, error, found }];
    });
    expect(wrong).toEqual([]);
  });

  test.each(policies)("what parses has no error of syntax; numbers: %s", (numbers) => {
    const wrong = comparable.flatMap((one) => {
      const { output } = wanted(one.want, numbers);
      if (output === undefined) return [];
      const found = lint(one.template, optionsOf(one, numbers)).filter(isSyntax);
      return found.length === 0 ? [] : [{ template: one.template, found: found.map(({ message }) => message) }];
    });
    expect(wrong).toEqual([]);
  });

  test("the first mistake that is read is Go's", () => {
    const wrong = comparable.flatMap((one) => {
      const { output, error } = wanted(one.want, "int");
      if (output !== undefined || one.templates || error?.startsWith("html/template:")) return [];
      const isFunction = (name: string): boolean =>
        isBuiltin(name) || setsOf(one).some((set) => Object.hasOwn(set, name));
      const [left, right] = one.delims ?? ["", ""];
      const options = { name: one.name ?? "t", delims: [left || "{{", right || "}}"] as const, isFunction };
      const [first] = parseAll(one.template, options).problems;
      return first?.error.message === error ? [] : [{ template: one.template, error, first: first?.error.message }];
    });
    expect(wrong).toEqual([]);
  });
});

/** Rules whose findings are certain failures, except in code that is never reached. */
const sure = new Set([
  "no-fields",
  "argument-type",
  "argument-count",
  "comparison",
  "undefined-template",
  "not-a-value",
]);

/**
 * Cases whose findings are never reached: after a break, in an else of a constant or decided comparison; and arguments of
 * missing functions.
 */
const unreached = [
  "{{range .tags}}{{break}}{{break}}{{.x}}{{end}}ok",
  '{{eq "a" "a" 1}}',
  '{{eq 1.5 1.5 "a"}}',
  "<%if .vip%><%else if .churned%><%len 3%><%end%>",
  "[[if .vip]][[else if .churned]][[len 3]][[end]]",
  "{{if true}}{{else if len 3}}{{end}}x",
  "{{if true}}{{else if .name.x}}{{end}}x",
  "{{if true}}{{else if index .tags 9}}{{end}}x",
  "{{if true}}{{else if .name 1}}{{end}}x",
  '{{if true}}{{else if "a" 1}}{{end}}x',
  "{{if true}}{{else if nil}}{{end}}x",
  '{{if true}}{{else if eq 1 "a"}}{{end}}x',
  "{{if true}}{{else if 9223372036854775808}}{{end}}x",
  "{{.nope.x.y 1}}",
  "{{(index .holes 1).foo}}",
  "{{.nope.x 1}}",
  '{{range .l}}{{break}}{{template "nope"}}{{end}}',
  '{{ .name or "x" }}',
  "{{ .a -1 }}",
];

test("what renders is said to stop only in parts that are not reached, or where the value is missing first", () => {
  const all = caseFiles().flatMap(({ file }) => file.cases);
  const wrong = all.flatMap((one) => {
    if (isDivergent(one) || wanted(one.want, "int").error !== undefined) return [];
    const found = lint(one.template, optionsOf(one, "int"));
    return found.some(({ rule, severity }) => severity === "error" && sure.has(rule)) ? [one.template] : [];
  });
  expect(wrong).toEqual(unreached);
});
