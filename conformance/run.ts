/** Runs the engine on the cases. As a script it prints how many cases of each section agree with Go. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TemplateError, TemplateLimitError } from "../grammar/index.ts";
import { compile } from "../src/compile.ts";
import type { FunctionSet, Numbers } from "../src/template/index.ts";
import { type Answer, type Case, type CaseFile, policies, type RecordedCase, sameAnswer, wanted } from "./case.ts";
import { decodeData } from "./data.ts";
import { functionSets, functions } from "./functions.ts";

/**
 * Holds the engine's answer. `phase` is `"panic"` for everything that a template must not cause, which is any thrown value but
 * a `TemplateError`; and `"limit"` for a render that was stopped.
 */
export interface EngineAnswer extends Answer {
  readonly phase?: "parse" | "escape" | "exec" | "panic" | "limit";
}

/** Records an intended difference: the engine answers exactly this, with this number policy or both. */
export interface Divergence {
  /** The case's `id`, else its template. */
  readonly case: string;
  readonly numbers?: Numbers;
  readonly reason: string;
  readonly ours: Answer;
}

export interface Mismatch {
  readonly case: Case;
  readonly numbers: Numbers;
  readonly want: Answer;
  readonly got: EngineAnswer;
  /** Set if the list of divergences is wrong about this case. */
  readonly divergence?: Divergence;
}

/** Returns the engine's answer to a case. Never throws. */
export function answer(question: Case, numbers: Numbers): EngineAnswer {
  try {
    const template = compile(question.template, {
      name: question.name ?? "t",
      numbers,
      // Some cases are about widths of ten million.
      limits: { steps: 10_000_000 },
      ...(question.delims && { delims: question.delims }),
      ...(question.missingKey && { missingKey: question.missingKey }),
      ...(question.templates && { templates: Object.fromEntries(question.templates) }),
      ...(question.functions && { functions: [setOf(question.functions)] }),
      ...(question.escape && { escape: question.escape }),
    });
    const { entry } = question;
    return { output: template.render(decodeData(question.data), entry === undefined ? {} : { entry }) };
  } catch (error) {
    if (!(error instanceof TemplateError)) return { error: described(error), phase: "panic" };
    if (error instanceof TemplateLimitError) return { output: error.output, error: error.message, phase: "limit" };
    if (error.phase !== "exec") return { error: error.message, phase: error.phase };
    return { output: error.output, error: error.message, phase: "exec" };
  }
}

function setOf(name: true | string): FunctionSet {
  const set = name === true ? functions : functionSets[name];
  if (!set) throw new Error(`there are no functions ${name}`);
  return set;
}

export function caseFiles(): readonly { readonly name: string; readonly file: CaseFile }[] {
  const folder = join(import.meta.dirname, "cases");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name: name.slice(0, -5), file: JSON.parse(readFileSync(join(folder, name), "utf8")) }));
}

/** Returns the divergences without a case, which must be removed. */
export function strayDivergences(): readonly Divergence[] {
  const named = new Set(caseFiles().flatMap(({ file }) => file.cases.map(caseName)));
  return listed.filter((divergence) => !named.has(divergence.case));
}

export function mismatches(cases: readonly RecordedCase[], numbers: Numbers): readonly Mismatch[] {
  return cases.flatMap((one) => {
    const want = wanted(one.want, numbers);
    const got = answer(one, numbers);
    const divergence = listed.find((d) => d.case === caseName(one) && (d.numbers ?? numbers) === numbers);
    const { want: _, ...asked } = one;
    if (divergence === undefined) return agrees(want, got) ? [] : [{ case: asked, numbers, want, got }];
    const stands = agrees(divergence.ours, got) && !sameAnswer(divergence.ours, want);
    return stands ? [] : [{ case: asked, numbers, want, got, divergence }];
  });
}

/** Prints the first mismatches readably. */
export function report(found: readonly Mismatch[], total: number, most = 10): string {
  const shown = found
    .slice(0, most)
    .map(({ case: { template, ...rest }, numbers, want, got, divergence }) =>
      [
        template,
        `  ${JSON.stringify(rest)} numbers: ${numbers}`,
        `  Go:   ${JSON.stringify(want)}`,
        ...(divergence ? [`  told: ${JSON.stringify(divergence.ours)} (${divergence.reason})`] : []),
        `  ours: ${JSON.stringify(got)}`,
      ].join("\n"),
    );
  return [`${found.length} of ${total} cases differ`, ...shown].join("\n\n");
}

const listed: readonly Divergence[] = JSON.parse(readFileSync(join(import.meta.dirname, "divergences.json"), "utf8"));

const caseName = ({ id, template }: Case): string => id ?? template;

const agrees = (want: Answer, got: EngineAnswer): boolean => got.phase !== "panic" && sameAnswer(want, got);

const described = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

if (import.meta.main) {
  const lines = ["| section | cases | agree, `int` | agree, `float64` |", "| --- | ---: | ---: | ---: |"];
  const total = [0, 0, 0];
  for (const { name, file } of caseFiles()) {
    const agree = policies.map((numbers) => {
      const known = file.cases.filter((one) =>
        listed.some((d) => d.case === caseName(one) && (d.numbers ?? numbers) === numbers),
      );
      return file.cases.length - mismatches(file.cases, numbers).length - known.length;
    });
    const counts = [file.cases.length, ...agree];
    for (const [i, count] of counts.entries()) total[i]! += count;
    lines.push(`| ${[name, ...counts].join(" | ")} |`);
  }
  lines.push(`| **total** | ${total.join(" | ")} |`);
  console.log(lines.join("\n"));
}
