/**
 * Asks Alertmanager's own package about every case again. The package and its dependencies (Debian:
 * golang-github-prometheus-alertmanager-dev) must be below ALERTMANAGER_GOPATH. With ALERTMANAGER_TEMPLATES, the folder of its
 * stock templates, these are rendered for every payload too, and only the output is kept.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../case.ts";
import { findGo } from "../go.ts";
import { caseFile, type NotificationCase, notificationCases, now, payloadNamed, payloadNames, templatesNamed } from "./case.ts"; // biome-ignore format: one line
import { callOf, kept, stockFile, stockTemplates } from "./stock.ts";

type Question = Omit<NotificationCase, "want">;

function ask(questions: readonly (Question & { readonly texts?: readonly string[] })[]): Answer[] {
  const found = findGo();
  const { ALERTMANAGER_GOPATH } = process.env;
  if ("missing" in found) throw new Error(found.missing);
  if (!ALERTMANAGER_GOPATH)
    throw new Error("ALERTMANAGER_GOPATH has to name the folder that Alertmanager's sources are below");
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  try {
    const program = join(folder, "recorder");
    const env = { ...process.env, GO111MODULE: "off", GOFLAGS: "", GOPATH: ALERTMANAGER_GOPATH, TZ: "UTC" };
    execFileSync(found.command, ["build", "-o", program, "."], { cwd: join(import.meta.dirname, "record"), env });
    const lines = questions.map(({ template, payload, data, files = [], texts = files.map(templatesNamed), html }) =>
      JSON.stringify({ template, payload: payload && payloadNamed(payload), data, files: texts, html, now }),
    );
    const answers = execFileSync(program, {
      input: `${lines.join("\n")}\n`,
      encoding: "utf8",
      env,
      maxBuffer: 2 ** 30,
    });
    return answers
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes one case a line, so that differences are readable. */
function format(what: string, cases: readonly object[]): string {
  const lines = cases.map((one) => `    ${JSON.stringify(one)}`);
  return `{\n  "section": ${JSON.stringify(what)},\n  "cases": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

const cases = notificationCases();
const answers = ask(cases);
for (const [i, { error }] of answers.entries()) {
  if (error?.startsWith("case: ")) throw new Error(`${error}\n  in ${JSON.stringify(cases[i])}`);
}
const recorded = cases.map((one, i) => ({ ...one, want: answers[i] }));
writeFileSync(caseFile, format("Alertmanager's functions and data", recorded));
console.log(`${recorded.length} cases recorded`);

const stock = stockTemplates();
if (stock) {
  const questions = payloadNames.flatMap((payload) =>
    stock.names.flatMap((name) => [false, true].map((html) => ({ payload, name, html, template: callOf(name) }))),
  );
  const outputs = ask(questions.map((question) => ({ ...question, texts: stock.texts })));
  const rendered = questions.map(({ payload, name, html }, i) => {
    const { output, error } = outputs[i]!;
    if (output === undefined || error !== undefined) throw new Error(`${name}: ${error}`);
    return { payload, name, html, output: kept(output) };
  });
  writeFileSync(stockFile, format(`Stock templates of Alertmanager ${stock.version}, rendered`, rendered));
  console.log(`${rendered.length} renders of stock templates recorded`);
} else console.log("stock templates left as they are: ALERTMANAGER_TEMPLATES names no folder that has them");
