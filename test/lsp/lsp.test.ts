import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompletionItem, Hover, Location } from "vscode-languageserver/node";
import { Editor } from "./editor.ts";

const folder = mkdtempSync(join(tmpdir(), "tocsin-lsp-"));
const files = {
  "tocsin.yaml": "lint:\n  profile: profiles.ndjson\n",
  "profiles.ndjson": [
    { first_name: "Ada", plan: { name: "pro", seats: 3 }, orders: [{ id: 7, total: 1.5 }] },
    { plan: { name: "free", seats: 1 }, orders: [] },
  ]
    .map((profile) => `${JSON.stringify(profile)}\n`)
    .join(""),
};

let editor: Editor;
beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  editor = new Editor(folder);
  await editor.start();
  await editor.open("a.tmpl", "");
}, 60_000);
afterAll(async () => {
  expect(await editor.end()).toBe(0);
  rmSync(folder, { recursive: true });
}, 60_000);

const labels = async (text: string): Promise<string[]> =>
  (await editor.ask<CompletionItem[]>("textDocument/completion", "a.tmpl", text)).map(({ label }) => label);

test("a template is opened, found wrong, and fixed", async () => {
  const found = await editor.open("fix.tmpl", "Hi {{ .plan.nam }}\n{{ if eq .plan.name “pro” }}x{{ end }}");
  expect(found.map(({ code, range: { start, end } }) => [code, start, end.line])).toEqual([
    ["unknown-field", { line: 0, character: 11 }, 0],
    ["typographic-quotes", { line: 1, character: 20 }, 1],
  ]);
  const [field, quotes] = found;
  const forField = await editor.actions("fix.tmpl", field!);
  expect(forField.map(({ title, kind }) => [title, kind])).toEqual([
    ["Write .name", "quickfix"],
    ["Disable unknown-field for this line", "quickfix"],
    ["Fix all that is safe", "source.fixAll"],
  ]);
  expect((await editor.act("fix.tmpl", forField[0]!)).map(({ code }) => code)).toEqual(["typographic-quotes"]);
  const all = (await editor.actions("fix.tmpl", quotes!)).find(({ kind }) => kind === "source.fixAll");
  expect(await editor.act("fix.tmpl", all!)).toEqual([]);
  expect(editor.text("fix.tmpl")).toBe('Hi {{ .plan.name }}\n{{ if eq .plan.name "pro" }}x{{ end }}');
});

test("a rule is turned off by a comment that renders as nothing", async () => {
  const [found] = await editor.open("off.tmpl", "Dear customer,\n  {{ .plan.nam }}\n");
  const off = (await editor.actions("off.tmpl", found!)).find(({ title }) => title.startsWith("Disable"));
  expect(await editor.act("off.tmpl", off!)).toEqual([]);
  expect(editor.text("off.tmpl")).toBe(
    "Dear customer,{{/* tocsin-disable-next-line unknown-field */}}\n  {{ .plan.nam }}\n",
  );
});

test("alerts: places and fixes are in the YAML", async () => {
  const [found, ...others] = await editor.open(
    "alert.yaml",
    "title: Your plan\nbody: |\n  Hi\n  You have {{ .plan.seat }} seats\n",
  );
  expect([found!.code, found!.range.start, others]).toEqual(["unknown-field", { line: 3, character: 19 }, []]);
  expect(await editor.act("alert.yaml", (await editor.actions("alert.yaml", found!))[0]!)).toEqual([]);
  expect(editor.text("alert.yaml")).toBe("title: Your plan\nbody: |\n  Hi\n  You have {{ .plan.seats }} seats\n");
  const fields = await editor.ask<CompletionItem[]>(
    "textDocument/completion",
    "alert.yaml",
    'title: "{{ .plan.|^ }}"\nbody: x\n',
  );
  expect(fields.map(({ label }) => label)).toEqual(["name", "seats"]);
  const broken = await editor.type("alert.yaml", 'title: "{{ .pl\nbody: x\n');
  expect(broken).toHaveLength(1);
  expect(await editor.type("alert.yaml", "store: x\n")).toEqual([]);
});

describe("completion", () => {
  test.each([
    ["Hi {{ .|^", ["first_name", "plan", "orders"]],
    ["{{ if .plan.|^ }}x{{ end }}", ["name", "seats"]],
    ["{{ with .plan }}{{ .na|^", ["name", "seats"]],
    ["{{ range .orders }}{{ .|^ }}{{ end }}", ["id", "total"]],
    ["{{ range $i, $o := .orders }}{{ printf `%d` ($o.|^ }}{{ end }}", ["id", "total"]],
    ["{{ $p := .plan }}{{ $p.|^", ["name", "seats"]],
    ['{{ define "x" }}{{ .|^ }}{{ end }}{{ template "x" .plan }}', ["name", "seats"]],
    ['{{ define "x" }}a{{ end }}{{ template "|^', ["x"]],
    ["{{ range $i, $o := .orders }}{{ $|^ }}{{ end }}", ["$", "$i", "$o"]],
    ["text .|^", []],
    ["{{/* .|^", []],
    ['{{ "a.|^" }}', []],
  ])("%s", async (text, wanted) => {
    expect(await labels(text)).toEqual(wanted);
  });

  test("functions with their documentation, and keywords", async () => {
    const items = await editor.ask<CompletionItem[]>("textDocument/completion", "a.tmpl", "{{ tr|^ }}");
    expect(items.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["range", "truncate", "trimAll", "len", "$"]),
    );
    const item = items.find(({ label }) => label === "abbrev");
    const resolved = await editor.connection.sendRequest<CompletionItem>("completionItem/resolve", item);
    expect(resolved.documentation).toEqual({
      kind: "markdown",
      value:
        '`abbrev WIDTH TEXT`: TEXT cut to at most WIDTH bytes, the last three of them an ellipsis if anything was cut. `{{ abbrev 8 "hello world" }}` → `hello...`',
    });
  });
});

test.each([
  ["{{ .plan.se|^ats }}", "`.plan.seats`: a whole number"],
  ["{{ if .first_|^name }}x{{ end }}", "`.first_name`: text, missing in 1 of 2 profiles"],
  ["{{ $p := .plan.name }}{{ $|^p }}", "`$p`: text"],
  ["{{ le|^n .plan.name }}", "`len VALUE`: how many elements, or bytes of text."],
])("hover: %s", async (text, wanted) => {
  const { contents } = await editor.ask<Hover>("textDocument/hover", "a.tmpl", text);
  expect(contents).toEqual({ kind: "markdown", value: wanted });
});

test("hover says why it is a mistake", async () => {
  const { contents } = await editor.ask<Hover>("textDocument/hover", "a.tmpl", "{{ .plan.s|^eat }}");
  expect(contents).toMatchObject({ value: expect.stringContaining("**unknown-field**: ") });
});

test.each([
  ["{{ $p := .plan }}\n{{ $|^p.name }}", { start: { line: 0, character: 3 }, end: { line: 0, character: 5 } }],
  [
    'a\n{{ define "x" }}b{{ end }}{{ template "|^x" . }}',
    { start: { line: 1, character: 0 }, end: { line: 1, character: 16 } },
  ],
  ["{{ .pl|^an.name }}", undefined],
])("definition: %s", async (text, range) => {
  const found = await editor.ask<Location | null>("textDocument/definition", "a.tmpl", text);
  expect(found?.range).toEqual(range);
});

test("formatting, of templates and of alerts", async () => {
  await editor.open("format.tmpl", "{{.plan.name|upper}}  x\n{{if  .plan }}y{{end}}");
  expect(await editor.format("format.tmpl")).toBe("{{ .plan.name | upper }}  x\n{{ if .plan }}y{{ end }}");
  await editor.open("format.yaml", 'title: "{{.plan.name}} \\"x\\""\nbody: |\n  {{.plan.seats}}\n  a\n');
  expect(await editor.format("format.yaml")).toContain("body: |\n  {{ .plan.seats }}\n  a\n");
  await editor.type("format.tmpl", "{{.plan.name");
  expect(await editor.format("format.tmpl")).toBe("{{.plan.name");
});

test("every half of a text is survived", async () => {
  const text =
    '{{ define "x" }}{{ .a | printf "%d" (len `y`) }}{{ end }}{{ range $i, $x := .orders }}{{ $x.id }}{{ end }}';
  for (let i = 0; i <= text.length; i += 3) await labels(`${text.slice(0, i)}|^`);
  expect(await labels("{{ .plan.|^ }}")).toEqual(["name", "seats"]);
}, 60_000);
