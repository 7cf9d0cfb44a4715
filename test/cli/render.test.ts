import { describe, expect, test } from "vitest";
import { folderOf, tocsin } from "./harness.ts";

const folder = folderOf({
  "welcome.yaml": [
    'title: Hey, {{ .first_name | default "there" }}',
    "subtitle: '{{ .plan }}'",
    "body: |",
    "  First line for {{ .first_name }}.",
    "",
    "  Last line.",
    "",
  ].join("\n"),
  "greeting.tmpl": "Hey, {{ .first_name }}",
  "brackets.tmpl": "Hey, <% .first_name %> {{ .first_name }}",
  "count.tmpl": '{{ .count }} {{ printf "%T" .count }}',
  "ada.json": '{"first_name":"Ada","plan":"yearly"}',
  "pretty.json": '{\n  "first_name": "Ada",\n  "plan": "yearly"\n}\n',
  "all.ndjson": '{"first_name":"Ada"}\n{"first_name":"Zoë"}\n',
  "all.txt": '{"first_name":"Ada"}\n{"first_name":"Zoë"}\n',
  "mixed.ndjson": '{"first_name":{"a":1}}\n\n{"first_name":}\n   \n{"first_name":"Zoë"}',
  "deep.tmpl": "Hey, {{ .first_name.last.of.all }}",
  "count.json": '{"count":3}',
});
const render = (...args: string[]) => tocsin(folder, ["render", ...args]);
const ok = (stdout: string) => ({ code: 0, stdout, stderr: "" });

describe("one profile", () => {
  test("an alert is shown part by part", async () => {
    expect(await render("welcome.yaml", "--profile", "ada.json")).toEqual(
      ok(
        [
          "title:    Hey, Ada",
          "subtitle: yearly",
          "body:     First line for Ada.",
          "",
          "          Last line.",
          "",
        ].join("\n"),
      ),
    );
  });

  test("an alert as JSON", async () => {
    const json = '{"title":"Hey, Ada","subtitle":"yearly","body":"First line for Ada.\\n\\nLast line.\\n"}\n';
    expect(await render("welcome.yaml", "--profile", "pretty.json", "--json")).toEqual(ok(json));
  });

  test("a template gives its bytes and nothing more", async () => {
    expect(await render("greeting.tmpl", "--profile", "ada.json")).toEqual(ok("Hey, Ada"));
    expect(await render("greeting.tmpl", "-p", "pretty.json", "--json")).toEqual(ok('{"text":"Hey, Ada"}\n'));
  });

  test("no profile is an empty one", async () => {
    expect(await render("greeting.tmpl")).toEqual(ok("Hey, <no value>"));
  });

  test("the template from the standard input", async () => {
    const template = '{{ .first_name | default "you" }}\n';
    expect(await tocsin(folder, ["render"], template)).toEqual(ok("you\n"));
    expect(await tocsin(folder, ["render", "-", "--profile", "ada.json"], template)).toEqual(ok("Ada\n"));
  });

  test("the profile from the standard input", async () => {
    expect(await tocsin(folder, ["render", "greeting.tmpl", "--profile", "-"], '{"first_name":"Ada"}')).toEqual(
      ok("Hey, Ada"),
    );
  });
});

describe("many profiles", () => {
  const both = '{"text":"Hey, Ada"}\n{"text":"Hey, Zoë"}\n';

  test.each(["all.ndjson", "all.txt"])("%s: one result a line", async (profiles) => {
    expect(await render("greeting.tmpl", "--profile", profiles)).toEqual(ok(both));
  });

  test("from the standard input", async () => {
    const profiles = '\n{"first_name":"Ada"}\r\n\r\n{"first_name":"Zoë"}\r\n';
    expect(await tocsin(folder, ["render", "greeting.tmpl", "--profile", "-"], profiles)).toEqual(ok(both));
  });

  test("alerts", async () => {
    expect(await render("welcome.yaml", "--profile", "all.ndjson")).toEqual(
      ok(
        [
          '{"title":"Hey, Ada","subtitle":"<no value>","body":"First line for Ada.\\n\\nLast line.\\n"}',
          '{"title":"Hey, Zoë","subtitle":"<no value>","body":"First line for Zoë.\\n\\nLast line.\\n"}',
          "",
        ].join("\n"),
      ),
    );
  });

  test("the bad ones are reported and do not hold up the others", async () => {
    expect(await render("greeting.tmpl", "--profile", "mixed.ndjson")).toEqual({
      code: 1,
      stdout: '{"text":"Hey, map[a:1]"}\n{"text":"Hey, Zoë"}\n',
      stderr: [
        'mixed.ndjson:3: not JSON: Unexpected token \'}\' in "{"first_name":}"',
        "2 rendered, 1 failed",
        "",
      ].join("\n"),
    });
  });

  test("a template that fails for a profile names both", async () => {
    expect(await render("deep.tmpl", "--profile", "all.ndjson")).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        ...["all.ndjson:1: ", "all.ndjson:2: "].flatMap((profile) => [
          `${profile}deep.tmpl:1:20: template: deep.tmpl:1:19: executing "deep.tmpl" at <.first_name.last.of.all>: can't evaluate field last in type interface {}`,
          "1 | Hey, {{ .first_name.last.of.all }}",
          "  |                    ^^^^^^^^^^^^",
        ]),
        "0 rendered, 2 failed",
        "",
      ].join("\n"),
    });
  });

  test("problems as JSON", async () => {
    const { code, stderr } = await render("deep.tmpl", "--profile", "mixed.ndjson", "--json");
    expect(code).toBe(1);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        error: {
          message: 'not JSON: Unexpected token \'}\' in "{"first_name":}"',
          line: 3,
          file: "mixed.ndjson",
          profileLine: 3,
        },
      },
      {
        error: {
          message: `template: deep.tmpl:1:19: executing "deep.tmpl" at <.first_name.last.of.all>: can't evaluate field last in type interface {}`,
          phase: "exec",
          name: "deep.tmpl",
          line: 1,
          column: 20,
          file: "deep.tmpl",
          profileLine: 5,
        },
      },
      { rendered: 1, failed: 2 },
    ]);
  });
});

describe("options", () => {
  test.each(["<%,%>", "<% %>", " <%  %> "])("--delims %j", async (delims) => {
    expect(await render("brackets.tmpl", "--profile", "ada.json", "--delims", delims)).toEqual(
      ok("Hey, Ada {{ .first_name }}"),
    );
  });

  test("--numbers", async () => {
    expect(await render("count.tmpl", "--profile", "count.json")).toEqual(ok("3 int"));
    expect(await render("count.tmpl", "--profile", "count.json", "--numbers", "float64")).toEqual(ok("3 float64"));
  });

  test("--missing-key and --name", async () => {
    expect(await render("greeting.tmpl", "--missing-key", "zero")).toEqual(ok("Hey, <no value>"));
    const { code, stdout, stderr } = await render("greeting.tmpl", "--missing-key", "error", "--name", "hello");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      'greeting.tmpl:1:9: template: hello:1:8: executing "hello" at <.first_name>: map has no entry for key "first_name"\n',
    );
  });

  test("--help and --version", async () => {
    const help = await tocsin(folder, ["render", "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("tocsin render welcome.yaml --profile ada.json");
    expect((await tocsin(folder, ["--help"])).stdout).toContain("Exit codes: 0 done; 1 a file");
    expect((await tocsin(folder, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("bad usage ends with 2", () => {
  test.each<[string[], string]>([
    [["render", "--nope"], "error: unknown option '--nope'"],
    [["rendr"], "error: unknown command 'rendr'\n(Did you mean render?)"],
    [["render", "a.yaml", "b.yaml"], "error: too many arguments for 'render'. Expected 1 argument but got 2"],
    [["render", "--numbers", "int8"], "'int8' is invalid. Allowed choices are int, float64."],
    [["render", "--missing-key", "x"], "'x' is invalid. Allowed choices are default, zero, error, required."],
    [["render", "--delims", "<%"], `'<%' is invalid. Give two delimiters, as in "<%,%>" or "<% %>".`],
    [["render", "--delims", "<%,%>,%"], `'<%,%>,%' is invalid. Give two delimiters, as in "<%,%>" or "<% %>".`],
    [["render", "--profile"], "error: option '-p, --profile <file>' argument missing"],
    [["render", "--profile", "-"], "error: the template and the profile cannot both come from the standard input"],
    [["render", "-", "--profile", "-"], "error: the template and the profile cannot both come from the standard input"],
    [[], "Usage: tocsin [options] [command]"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await tocsin(folder, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
