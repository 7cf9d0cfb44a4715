/**
 * Asks Go and the engine about random templates and reports where they differ: each kind of difference once, minimised.
 *
 *     npm run conformance:fuzz -- [--html] [count] [seed] [sprig]
 *
 * With `sprig` the templates are calls of Sprig's functions (see SPRIG_GOPATH in `go.ts`).
 */
import fc from "fast-check";
import { toText } from "../grammar/index.ts";
import type { Numbers } from "../src/template/index.ts";
import { randomCase } from "./arbitrary.ts";
import { randomHtmlCase } from "./arbitrary-html.ts";
import { type Case, policies, sameAnswer } from "./case.ts";
import { findGo, type GoAnswer, startGo } from "./go.ts";
import { answer, type EngineAnswer } from "./run.ts";
import { sprigCall } from "./sprig-calls.ts";

interface Question {
  readonly case: Case;
  readonly numbers: Numbers;
}

interface Difference extends Question {
  readonly go: GoAnswer;
  readonly ours: EngineAnswer;
}

const batch = 500;
/** Limits the differences of one kind that are examined. */
const perKind = 6;
const mostReports = 60;

const html = process.argv.includes("--html");
const [counted, seeded, drawnFrom] = process.argv.slice(2).filter((argument) => argument !== "--html");
const count = Number(counted ?? 10_000);
const seed = Number(seeded ?? Date.now() % 2 ** 31);
const cases = html ? randomHtmlCase : drawnFrom === "sprig" ? sprigCall : randomCase;

const found = findGo();
if ("missing" in found) {
  console.log(`skipped: ${found.missing}`);
  process.exit(0);
}
const go = startGo();

/** Returns the questions on which Go and the engine differ. */
async function differences(questions: readonly Question[]): Promise<(Difference | undefined)[]> {
  const asked = questions.map((question) => go.ask(question.case, question.numbers));
  const ours = questions.map((question) => answer(question.case, question.numbers));
  return (await Promise.all(asked)).map((said, i) => {
    const difference = { ...questions[i]!, go: said, ours: ours[i]! };
    return differs(difference) ? difference : undefined;
  });
}

function differs({ case: { template, data }, go, ours }: Difference): boolean {
  if (go.phase === "panic" || go.phase === "limit" || go.phase === "case" || ours.phase === "limit") return false;
  if (sameAnswer(go, ours) && ours.phase !== "panic") return false;
  // Memory addresses cannot be reproduced.
  if (/0xc0[0-9a-f]{4,}/.test(said(go)) || /%[^a-zA-Z%]*p/.test(template)) return false;
  const unprintable = /"\$(func|seq2?)":/.test(JSON.stringify(data) ?? "");
  return !(unprintable && (/0x[0-9a-f]{5,}/.test(said(go)) || /%|print|html|js|urlquery/.test(template)));
}

const said = ({ output, error }: { output?: string; error?: string }): string => `${output} ${error}`;

/** Classifies a difference: two of one kind mostly have one cause. */
function kind({ go, ours, case: { template } }: Difference): string {
  const shape = (error: string | undefined): string =>
    error
      ?.replace(/^template: .*?:\d+(:\d+)?: /s, "")
      .replace(/executing ".*" at <.*>:/s, "exec:")
      .replace(/"(\\.|[^"])*"/g, '""')
      .replace(/\$?\.?[\w.]*\d[\w.]*/g, "0")
      .slice(0, 70) ?? "-";
  if (text(go.output) === text(ours.output) && text(go.error) === text(ours.error)) return "bytes";
  if (ours.phase === "panic") return `panic ${ours.error?.slice(0, 120)}`;
  if (go.error === undefined && ours.error === undefined) return `output ${calls(template)}`;
  const where = shape(go.error) === shape(ours.error) ? "place " : "";
  return `${where}${shape(go.error)} / ${shape(ours.error)}`;
}

const text = (said: string | undefined): string => toText(said ?? "");

const calls = (template: string): string =>
  (template.match(/%[^a-zA-Z%]*[a-zA-Z]|\b[a-z]{2,}\b/g) ?? []).slice(0, 2).join(" ");

/** Yields smaller cases: with fewer options, shorter templates, plainer data. */
function* smaller(one: Case): Generator<Case> {
  const { template, templates = [], data } = one;
  for (const option of ["templates", "entry", "functions", "missingKey", "delims", "name"] as const)
    if (option in one) yield (({ [option]: _, ...rest }) => rest)(one) as Case;
  for (let i = 0; i < templates.length; i++) yield { ...one, templates: templates.toSpliced(i, 1) };
  for (const shorter of cuts(template)) yield { ...one, template: shorter };
  for (const [i, [name, text]] of templates.entries())
    for (const shorter of cuts(text)) yield { ...one, templates: templates.with(i, [name, shorter]) };
  for (const plain of plainer(data)) yield { ...one, data: plain };
}

function* cuts(text: string): Generator<string> {
  const characters = [...text];
  for (let size = characters.length >> 1; size >= 1; size = size > 12 ? size >> 1 : size - 1)
    for (let at = 0; at + size <= characters.length; at += Math.max(1, size >> 1))
      yield [...characters.slice(0, at), ...characters.slice(at + size)].join("");
}

function* plainer(data: unknown): Generator<unknown> {
  if (Array.isArray(data)) {
    for (let i = 0; i < data.length; i++) yield data.toSpliced(i, 1);
    for (let i = 0; i < data.length; i++) for (const plain of plainer(data[i])) yield data.with(i, plain);
  } else if (typeof data === "object" && data !== null) {
    const entries = Object.entries(data);
    for (let i = 0; i < entries.length; i++) yield Object.fromEntries(entries.toSpliced(i, 1));
    for (const [i, [key, value]] of entries.entries())
      if (!key.startsWith("$") || key.startsWith("$seq"))
        for (const plain of plainer(value)) yield Object.fromEntries(entries.with(i, [key, plain]));
  } else if (typeof data === "string") {
    if (data.length > 1) for (const c of new Set(data)) yield data.replace(c, "");
  } else if (typeof data === "number" && !Number.isInteger(data)) yield Number(data.toPrecision(2));
}

function take<T>(from: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const { done, value } = from.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

async function shrink(difference: Difference): Promise<Difference> {
  const wanted = kind(difference);
  let best = difference;
  for (let round = 0; round < 60; round++) {
    let next: Difference | undefined;
    const candidates = smaller(best.case);
    while (next === undefined) {
      const some = take(candidates, 200);
      if (some.length === 0) return best;
      const still = await differences(some.map((one) => ({ case: one, numbers: best.numbers })));
      next = still.find(
        (one) =>
          one !== undefined &&
          (kind(one) === wanted || kind(one).startsWith("output")) &&
          one.ours.phase === best.ours.phase,
      );
    }
    best = next;
  }
  return best;
}

function report({ case: one, numbers, go: { phase: _, ...want }, ours }: Difference): string {
  return `${JSON.stringify(one)}  (numbers: ${numbers})\n  Go:   ${JSON.stringify(want)}\n  ours: ${JSON.stringify(ours)}`;
}

const kinds = new Map<string, number>();
const reported = new Set<string>();
let different = 0;
let sampled = 0;
let parsed = 0;
let clean = 0;
const started = Date.now();
for (let done = 0; done < count; done += batch) {
  const drawn = fc.sample(cases, { numRuns: Math.min(batch, count - done), seed: seed + done });
  const questions = drawn.map((one, i) => ({ case: one, numbers: policies[i % 2]! }));
  const asked = await differences(questions);
  for (const { case: one, numbers } of questions.slice(0, 20)) {
    const { phase } = await go.ask(one, numbers);
    sampled++;
    if (phase !== "parse") parsed++;
    if (phase === undefined) clean++;
  }
  for (const difference of asked) {
    if (difference === undefined) continue;
    different++;
    const rough = kind(difference);
    const before = kinds.get(rough) ?? 0;
    kinds.set(rough, before + 1);
    if (before >= perKind || reported.size >= mostReports) continue;
    const small = await shrink(difference);
    const shape = `${kind(small)} ${small.case.template.replace(/[0-9]+/g, "0").replace(/"[^"]*"/g, '""')}`;
    if (reported.has(shape)) continue;
    reported.add(shape);
    console.log(`\n${report(small)}`);
  }
}
go.close();
const seconds = (Date.now() - started) / 1000;
const share = (n: number): string => `${Math.round((100 * n) / sampled)} %`;
console.log(
  `\n${found.version}, seed ${seed}: ${count} templates in ${seconds.toFixed(0)} s (of a sample ${share(parsed)} parse, ${share(clean)} run to the end), ` +
    `${different} differ, ${reported.size} kinds shown`,
);
process.exitCode = different > 0 ? 1 : 0;
