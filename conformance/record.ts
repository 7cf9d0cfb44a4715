/** Asks real Go about every case again and writes its answers into the case files. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Answer, type Case, type CaseFile, policies, type RecordedCase, sameAnswer, type Want } from "./case.ts";
import { findGo, type Go, type GoAnswer, startGo } from "./go.ts";

const folder = join(import.meta.dirname, "cases");

/** Returns an answer for the record. Throws for one that is not reproducible or not an answer: the case must be removed. */
function checked({ phase, ...answer }: GoAnswer, { template }: Case): Answer {
  if (phase === undefined || phase === "exec" || phase === "escape" || phase === "parse") return answer;
  throw new Error(`${phase}: ${answer.error}\n  in ${JSON.stringify(template)}`);
}

async function record(go: Go, question: Case): Promise<Want> {
  const [int, float64] = await Promise.all(
    policies.map(async (numbers) => checked(await go.ask(question, numbers), question)),
  );
  return sameAnswer(int!, float64!) ? int! : { int: int!, float64: float64! };
}

/** Writes one case a line, so that differences are readable. */
function format({ section, cases }: CaseFile): string {
  const lines = cases.map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "section": ${JSON.stringify(section)},\n  "cases": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

const found = findGo();
if ("missing" in found) {
  console.error(found.missing);
  process.exit(1);
}
const go = startGo();
const only = process.argv.slice(2);
const withSprig = Boolean(process.env.SPRIG_GOPATH);
let count = 0;
let changed = 0;
let skipped = 0;
for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith(".json") || (only.length > 0 && !only.includes(name.slice(0, -5)))) continue;
  const path = join(folder, name);
  const before = readFileSync(path, "utf8");
  const file: CaseFile = JSON.parse(before);
  if (!withSprig && file.cases.some(({ functions }) => functions === "sprig")) {
    skipped++;
    continue;
  }
  const cases: RecordedCase[] = await Promise.all(
    file.cases.map(async (one) => ({ ...one, want: await record(go, one) })),
  );
  const after = format({ section: file.section, cases });
  if (after !== before) {
    writeFileSync(path, after);
    changed++;
  }
  count += cases.length;
}
go.close();
console.log(`${go.version}: ${count} cases recorded, ${changed} files changed`);
if (skipped > 0) console.log(`${skipped} files need Sprig's source: see SPRIG_GOPATH in go.ts`);
