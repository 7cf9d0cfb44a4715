import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Log } from "sarif";
import { describe, expect, test } from "vitest";
import { run } from "../../src/cli/cli.ts";
import { sarif } from "../../src/cli/commands/lint-output.ts";
import { folderOf, Screen, tocsin } from "./harness.ts";

const files = {
  "good.yaml": "title: Hey\n",
  "quotes.yaml": "title: Hi\nbody: |\n  {{ if eq .plan “yearly” }}Thank you{{ end }}\n",
  "field.tmpl": "Hey, {{ .frist_name }}\n",
  "off.tmpl": "{{/* tocsin-disable-next-line unknown-field */ -}}\nHey, {{ .frist_name }}\n",
  "profile.json": '{"first_name":"Ada","plan":"yearly"}',
  "schema.json":
    '{"type":"object","properties":{"first_name":{"type":"string"}},"required":["first_name"],"additionalProperties":false}',
  "other.yaml": "name: not an alert\n",
};
const folder = folderOf(files);
const lint = (...args: string[]) => tocsin(folder, ["lint", ...args]);

describe("exit codes", () => {
  test.each([
    [["good.yaml"], 0],
    [["field.tmpl", "--profile", "profile.json"], 1],
    [["field.tmpl", "--schema", "schema.json"], 1],
    [["field.tmpl", "--profile", "profile.json", "--rule", "unknown-field=off"], 0],
    [["field.tmpl", "--profile", "profile.json", "--rule", "unknown-field=warning"], 0],
    [["field.tmpl", "--profile", "profile.json", "--rule", "unknown-field=warning", "--max-warnings", "0"], 1],
    [["off.tmpl", "--profile", "profile.json"], 0],
    [["--format", "nonsense"], 2],
    [["--rule", "unknown-field"], 2],
    [["--rule", "unknown-fields=off"], 2],
    [["nowhere.yaml"], 3],
    [["good.yaml", "--profile", "nowhere.json"], 3],
    [["good.yaml", "--schema", "good.yaml"], 3],
  ])("%j: %i", async (args, code) => {
    expect((await lint(...args)).code).toBe(code);
  });
});

describe("formats", () => {
  const found = ["field.tmpl", "--profile", "profile.json"];
  const message = "No sample has a field frist_name. Did you mean .first_name?";

  test("pretty", async () => {
    expect((await lint(...found)).stdout).toBe(
      `field.tmpl:1:9 error ${message} [unknown-field]
  1 | Hey, {{ .frist_name }}
    |         ^^^^^^^^^^^
  Write .first_name?

1 file checked, 1 error
`,
    );
  });

  test("colours are for terminals, and not with NO_COLOR", async () => {
    const shown = async (env: Record<string, string>) => {
      const [stdout, stderr] = [new Screen(true), new Screen()];
      await run(["lint", ...found], { stdin: process.stdin, stdout, stderr, cwd: () => folder, env });
      return stdout.text;
    };
    expect(await shown({})).toContain("\x1b[31merror\x1b[0m");
    expect(await shown({ NO_COLOR: "1" })).not.toContain("\x1b");
  });

  test("unix", async () => {
    expect((await lint(...found, "-f", "unix")).stdout).toBe(`field.tmpl:1:9: ${message} [error/unknown-field]\n`);
  });

  test("github", async () => {
    expect((await lint(...found, "-f", "github")).stdout).toBe(
      `::error file=field.tmpl,line=1,endLine=1,col=9,endColumn=20,title=unknown-field::${message}\n`,
    );
  });

  test("json", async () => {
    const { stdout } = await lint(...found, "-f", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      files: 1,
      findings: [{ file: "field.tmpl", line: 1, column: 9, rule: "unknown-field", severity: "error", message }],
    });
  });

  test("sarif", async () => {
    const { stdout } = await lint(...found, "-f", "sarif");
    const log = JSON.parse(stdout);
    // What SARIF 2.1.0 requires of the objects that are used.
    const validate = new Ajv2020({ strict: false }).compile({
      type: "object",
      required: ["version", "runs"],
      properties: {
        version: { const: "2.1.0" },
        runs: {
          type: "array",
          items: {
            required: ["tool", "results"],
            properties: {
              tool: { required: ["driver"], properties: { driver: { required: ["name", "rules"] } } },
              columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
              results: {
                type: "array",
                items: {
                  required: ["message", "ruleId", "ruleIndex", "level", "locations"],
                  properties: { level: { enum: ["none", "note", "warning", "error"] } },
                },
              },
            },
          },
        },
      },
    });
    expect(validate(log)).toBe(true);
    expect(log.runs[0].results[0]).toMatchObject({
      ruleId: "unknown-field",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "field.tmpl" },
            region: { startLine: 1, startColumn: 9, endLine: 1, endColumn: 20 },
          },
        },
      ],
    });
    // The whole schema, as types.
    const typed: Log = sarif([]);
    expect(typed.runs).toHaveLength(1);
  });
});

describe("fixes", () => {
  /** The file before, and after `--fix`. */
  test.each([
    ["plain", "title: Hey {{ if eq .plan “a” }}x{{ end }}\n", 'title: Hey {{ if eq .plan "a" }}x{{ end }}\n'],
    ["single quoted", "title: '{{ if eq .plan “a” }}x{{ end }}'\n", "title: '{{ if eq .plan \"a\" }}x{{ end }}'\n"],
    ["double quoted", 'title: "{{ if eq .plan “a” }}x{{ end }}"\n', 'title: "{{ if eq .plan \\"a\\" }}x{{ end }}"\n'],
    [
      "a literal block",
      "# kept\ntitle: Hi\nbody: |\n  One\n  {{ if eq .plan “a” }}x{{ end }}\n",
      '# kept\ntitle: Hi\nbody: |\n  One\n  {{ if eq .plan "a" }}x{{ end }}\n',
    ],
    [
      "a folded block of one line",
      "title: >-\n  {{ if eq .plan “a” }}x{{ end }}\n",
      'title: >-\n  {{ if eq .plan "a" }}x{{ end }}\n',
    ],
  ])("%s", async (_name, before, after) => {
    const here = folderOf({ "a.yaml": before });
    const { code, stdout } = await tocsin(here, ["lint", "--fix", "a.yaml"]);
    expect(readFileSync(join(here, "a.yaml"), "utf8")).toBe(after);
    expect(stdout).toBe("1 file checked, no problems; 1 fixed\n");
    expect(code).toBe(0);
  });

  test("a dry run shows the change and makes none", async () => {
    const here = folderOf({ "quotes.yaml": files["quotes.yaml"] });
    const { stdout } = await tocsin(here, ["lint", "--fix-dry-run", "quotes.yaml"]);
    expect(stdout).toContain(
      '-  {{ if eq .plan “yearly” }}Thank you{{ end }}\n+  {{ if eq .plan "yearly" }}Thank you{{ end }}\n',
    );
    expect(readFileSync(join(here, "quotes.yaml"), "utf8")).toBe(files["quotes.yaml"]);
  });
});

describe("fixes of the standard input", () => {
  const text = "Hey {{ if eq .plan “a” }}x{{ end }} {{ nope . }}";
  const fixed = 'Hey {{ if eq .plan "a" }}x{{ end }} {{ nope . }}';

  test("print the text alone; findings go to the error output", async () => {
    const { code, stdout, stderr } = await tocsin(folder, ["lint", "-", "--fix"], text);
    expect({ code, stdout }).toEqual({ code: 1, stdout: fixed });
    expect(stderr).toContain("Unknown function nope.");
    expect((await tocsin(folder, ["lint", "-", "--fix"], "Hey")).stdout).toBe("Hey");
  });

  test("a dry run leaves the output of a machine format to its reader", async () => {
    const { stdout, stderr } = await tocsin(folder, ["lint", "-", "--fix-dry-run", "-f", "json"], text);
    expect(JSON.parse(stdout).findings).toHaveLength(2);
    expect(stderr).toContain(`+${fixed}\n`);
  });

  test("files beside it are written, whatever it is called", async () => {
    const here = folderOf({ "a.tmpl": text });
    await tocsin(here, ["lint", "a.tmpl", "--fix", "--stdin-filename", "b.tmpl"]);
    expect(readFileSync(join(here, "a.tmpl"), "utf8")).toBe(fixed);
  });
});

test("a folder: templates and alerts, no other YAML", async () => {
  const { stdout } = await lint(".", "--profile", "profile.json", "-f", "json");
  const { files: count, findings } = JSON.parse(stdout);
  expect(count).toBe(4);
  expect(findings.map(({ file }: { file: string }) => file).sort()).toEqual(["field.tmpl", "quotes.yaml"]);
});

test("the standard input is what its name says", async () => {
  const alert = await tocsin(folder, ["lint", "-", "--stdin-filename", "x.yaml", "-f", "unix"], "title: '{{ .a'\n");
  expect(alert.stdout).toMatch(/^x\.yaml:1:\d+: .*\[error\/[a-z-]+\]\n$/);
});

test("the configuration's section", async () => {
  const here = folderOf({
    ...files,
    "tocsin.yaml":
      "channels: { crm: { kind: webhook, url: '${NOT_SET}' } }\nlint: { profile: profile.json, rules: { unknown-field: info } }\n",
  });
  const { code, stdout } = await tocsin(here, ["lint", "field.tmpl", "-f", "unix"]);
  expect([code, stdout]).toEqual([
    0,
    "field.tmpl:1:9: No sample has a field frist_name. Did you mean .first_name? [info/unknown-field]\n",
  ]);
});
