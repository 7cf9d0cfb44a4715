import { describe, expect, test } from "vitest";
import { folderOf, tocsin } from "./harness.ts";

const template = "{{ .a }}";

/** One file, rendered; what it says on stderr. */
async function alertProblem(content: string | Buffer): Promise<string> {
  const { code, stdout, stderr } = await tocsin(folderOf({ "a.yaml": content }), ["render", "a.yaml"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  return stderr;
}

async function withProfile(content: string | Buffer, name = "p.json", args: readonly string[] = []) {
  return tocsin(folderOf({ "t.tmpl": template, [name]: content }), ["render", "t.tmpl", "--profile", name, ...args]);
}

describe("files", () => {
  test("missing, a folder, not readable as text", async () => {
    const folder = folderOf({ "t.tmpl": template, "bad.tmpl": Buffer.from("ok\nno: \xff", "latin1") });
    const problem = async (...args: string[]) => (await tocsin(folder, ["render", ...args])).stderr;
    expect(await problem("nope.yaml")).toBe("nope.yaml: there is no such file\n");
    expect(await problem("t.tmpl/x.yaml")).toBe(
      "t.tmpl/x.yaml: there is no such file: a part of its path is not a folder\n",
    );
    expect(await problem(".")).toBe(".: this is a folder; name a file\n");
    expect(await problem("t.tmpl", "--profile", "nope.json")).toBe("nope.json: there is no such file\n");
    expect(await problem("t.tmpl", "--profile", ".")).toBe(".: this is a folder; name a file\n");
    expect(await problem("bad.tmpl")).toBe("bad.tmpl:2: this is not UTF-8 text; save it as UTF-8\n");
    expect(await problem("nope.yaml", "--json")).toBe(
      '{"error":{"message":"there is no such file","file":"nope.yaml"}}\n',
    );
  });

  test("UTF-16 is told from other bytes that are not UTF-8", async () => {
    expect(await alertProblem(Buffer.from("\uFEFFtitle: x", "utf16le"))).toBe(
      "a.yaml: this is UTF-16 text; save it as UTF-8\n",
    );
  });

  test("a byte order mark is dropped everywhere", async () => {
    const folder = folderOf({
      "a.yaml": "\uFEFFtitle: '{{ .a }}'",
      "t.tmpl": `\uFEFF${template}`,
      "p.json": '\uFEFF{"a":"x"}',
      "p.ndjson": '\uFEFF{"a":"x"}\n{"a":"y"}',
    });
    const output = async (...args: string[]) => (await tocsin(folder, ["render", ...args])).stdout;
    expect(await output("a.yaml", "--profile", "p.json")).toBe("title:    x\n");
    expect(await output("t.tmpl", "--profile", "p.json")).toBe("x");
    expect(await output("t.tmpl", "--profile", "p.ndjson")).toBe('{"text":"x"}\n{"text":"y"}\n');
  });

  test("an empty template is an empty text", async () => {
    expect(await tocsin(folderOf({ "t.tmpl": "" }), ["render", "t.tmpl"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("alert files", () => {
  test.each<[string, string, string]>([
    ["empty", "", "1:1: this file is empty; an alert has a title, and may have a subtitle, a body and html"],
    [
      "a list",
      "- title: x",
      "1:1: this is not a mapping; an alert has a title, and may have a subtitle, a body and html",
    ],
    ["no title", "\nbody: x", "2:1: title is missing; every alert has one"],
    ["unknown key", "title: x\ntitel: y", '2:1: unknown key "titel"; an alert has title, subtitle, body, html'],
    ["merge key", "title: x\n<<: {body: y}", '2:1: unknown key "<<"; an alert has title, subtitle, body, html'],
    ["duplicate key", "title: x\ntitle: y", '2:1: "title" is there twice: keep one'],
    ["a number", "title: 42", "1:8: title must be text, this is a number: put it in quotes"],
    ["nothing", "title: x\nbody:", '2:6: body is empty; leave it out, or write "" for no text'],
    ["a list as a part", "title: [x]", "1:8: title must be text, this is a list"],
    [
      "a bare action",
      "title: {{ .first_name }}",
      "1:8: title must be text, this is a mapping: put a template that starts with {{ in quotes, or in a block (|) below its name",
    ],
    [
      "a bare action and more",
      "title: {{ .first_name }}, hey",
      "1:25: put a template that starts with {{ in quotes, or in a block (|) below its name",
    ],
    ["two documents", "title: x\n---\ntitle: y", "2:1: several YAML documents; one file is one alert"],
    ["unknown alias", "title: *x", "1:8: title is an alias without an anchor; the anchor must come before it"],
    ["unknown tag", "title: !x y", "1:8: unknown tag !x: remove it, or put the text in quotes"],
    ["no closing quote", 'title: "x', '1:8: this " is never closed'],
  ])("%s", async (_what, content, message) => {
    expect(await alertProblem(content)).toBe(`a.yaml:${message}\n`);
  });

  test("an anchored text can be used again", async () => {
    const folder = folderOf({ "a.yml": "title: &name '{{ .a }}'\nsubtitle: *name" });
    expect((await tocsin(folder, ["render", "a.yml", "--json"])).stdout).toBe(
      '{"title":"<no value>","subtitle":"<no value>"}\n',
    );
  });

  test("aliases are never expanded into a bomb", async () => {
    const levels = Array.from({ length: 40 }, (_, i) => `  - &l${i + 1} [${`*l${i},`.repeat(9)}*l${i}]`);
    const bomb = ["title: x", "body: &all", "  - &l0 lol", ...levels].join("\n");
    expect(await alertProblem(bomb)).toMatch(/^a\.yaml:\d+:\d+: body must be text, this is a list\n$/);
  });

  test("deep nesting is an error, not a crash", async () => {
    expect(await alertProblem(`title: ${"[".repeat(50_000)}`)).toMatch(/^a\.yaml:1:\d+: /);
  });
});

describe("where a template error stands in an alert file", () => {
  test.each<[string, string, string]>([
    ["plain", "# \ntitle: Hey, {{ nope }}", "2:16"],
    ["quoted", "title: 'Hey, {{ nope }}'", "1:17"],
    ["the second of two alike", "title: Hey\nsubtitle: Hey\nbody: 'Hey, {{ nope }}'", "3:16"],
    ["block", "title: x\nbody: |\n    one\n      two {{ nope }}\n", "4:14"],
    ["CRLF", "title: x\r\nbody: |\r\n  one\r\n  two {{ nope }}\r\n", "4:10"],
    ["folded", "title: x\nbody: >-\n  one\n  two {{ nope }}\n", "4:10"],
    ["escaped", 'title: "\\u0048ey, {{ nope }}"', "1:22"],
    ["an alias: in its anchor", "title: &a '{{ nope }}'\nbody: *a", "1:15"],
  ])("%s", async (_what, content, place) => {
    expect(await alertProblem(content)).toMatch(
      new RegExp(`^a\\.yaml:${place}: (title|body): template: (title|body):\\d+: function "nope" not defined\n`),
    );
  });
});

describe("profiles", () => {
  test.each<[string, string, string]>([
    ["empty", "", "p.json: no profile in this file; a profile is a JSON object"],
    ["blank", " \n\n", "p.json: no profile in this file; a profile is a JSON object"],
    ["a number", "42", "p.json: a profile is a JSON object, this is a number"],
    ["a huge number", "12345678901234567890", "p.json: a profile is a JSON object, this is a number"],
    ["null", "null", "p.json: a profile is a JSON object, this is null"],
    [
      "an array",
      '[{"a":1}]',
      "p.json: a profile is a JSON object, this is an array; for several profiles write one per line (NDJSON)",
    ],
    ["cut off", '{\n"a": ', "p.json: not JSON: Unexpected end of JSON input"],
    ["a trailing comma", '{\n  "a": 1,\n}', "p.json:3:1: not JSON: Expected double-quoted property name"],
    [
      "several, not one a line",
      '{\n"a": 1\n}\n{\n"a": 2\n}',
      "p.json:4:1: not JSON: Unexpected non-whitespace character after JSON; for several profiles write one per line (NDJSON)",
    ],
    [
      "deep",
      `{"a":9999999999999999,"b":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
      "p.json: this JSON is nested too deeply",
    ],
  ])("%s", async (_what, content, message) => {
    expect(await withProfile(content)).toEqual({ code: 1, stdout: "", stderr: `${message}\n` });
  });

  test("scalars and broken bytes among many", async () => {
    const lines = Buffer.concat([
      Buffer.from('{"a":1}\nnull\n{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}\n[1]\n{"a":2}'),
    ]);
    expect(await withProfile(lines, "p.jsonl")).toEqual({
      code: 1,
      stdout: '{"text":"1"}\n{"text":"2"}\n',
      stderr: [
        "p.jsonl:2: a profile is a JSON object, this is null",
        "p.jsonl:3: this is not UTF-8 text; save it as UTF-8",
        "p.jsonl:4: a profile is a JSON object, this is an array; for several profiles write one per line (NDJSON)",
        "2 rendered, 3 failed",
        "",
      ].join("\n"),
    });
  });

  test("no profiles are no results", async () => {
    expect(await withProfile("", "p.ndjson")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("integers keep their digits", async () => {
    expect((await withProfile('{"a":9007199254740993}')).stdout).toBe("9007199254740993");
    expect((await withProfile('{"a":[-9007199254740993,1,1.5]}')).stdout).toBe("[-9007199254740993 1 1.5]");
    expect((await withProfile('{"a":9007199254740993}', "p.json", ["--numbers", "float64"])).stdout).toBe(
      "9.007199254740992e+15",
    );
  });

  test("__proto__ is a field like any other", async () => {
    const folder = folderOf({
      "t.tmpl": "{{ .polluted }} {{ .__proto__.polluted }}",
      "p.ndjson": '{"__proto__":{"polluted":"yes"}}\n{"__proto__":{"polluted":"yes"},"n":9007199254740993}',
    });
    const { stdout } = await tocsin(folder, ["render", "t.tmpl", "--profile", "p.ndjson"]);
    expect(stdout).toBe('{"text":"<no value> yes"}\n{"text":"<no value> yes"}\n');
  });

  test("only a newline ends a line", async () => {
    expect((await withProfile('{"a":"\u2028\u0085"}\n{"a":"\\r"}\n', "p.ndjson")).stdout).toBe(
      '{"text":"\u2028\u0085"}\n{"text":"\\r"}\n',
    );
  });

  test("half a surrogate pair becomes U+FFFD", async () => {
    expect((await withProfile('{"a":"\\ud83d!"}')).stdout).toBe("\uFFFD!");
    expect((await withProfile('{"a":"\\ud83d!"}', "p.ndjson")).stdout).toBe('{"text":"\uFFFD!"}\n');
  });

  test("a field of 10 MB", async () => {
    const { stdout, stderr } = await withProfile(`{"a":"${"é".repeat(5_000_000)}"}`, "p.ndjson");
    expect({ length: stdout.length, stderr }).toEqual({ length: 5_000_000 + '{"text":""}\n'.length, stderr: "" });
  });

  test("control characters do not reach the terminal in an alert", async () => {
    const folder = folderOf({ "a.yaml": "title: '{{ .a }}'", "p.json": '{"a":"\\u001b[31mred\\r\\nnext"}' });
    const { stdout } = await tocsin(folder, ["render", "a.yaml", "--profile", "p.json"]);
    expect(stdout).toBe("title:    \\x1b[31mred\n          next\n");
  });
});
