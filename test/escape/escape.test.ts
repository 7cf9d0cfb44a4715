import { describe, expect, test } from "vitest";
import { parse } from "../../grammar/index.ts";
import { checkHtml } from "../../src/escape/index.ts";
import { content } from "../../src/functions/index.ts";
import { compile, TemplateLimitError, type TemplateOptions } from "../../src/index.ts";
import { errorOf } from "../thrown.ts";

const html = (text: string, profile: unknown, options: TemplateOptions = {}): string =>
  compile(text, { ...options, escape: "html" }).render(profile);

describe("errors", () => {
  const rows: readonly (readonly [
    template: string,
    place: readonly [line: number, column: number],
    message: string,
  ])[] = [
    ["<p>\n  <a =b>", [2, 5], 'html/template:m: expected space, attr name, or end of tag, but got "=b>"'],
    ["{{if .x}}<p {{end}}", [1, 6], "html/template:m:1:5: {{if}} branches end in different contexts: "],
    ["<p>\n{{.x}}<p title='", [2, 17], "html/template:m: ends in a non-text context: "],
    ["<p>\n <p title\n\n", [2, 10], "html/template:m: ends in a non-text context: "],
    ["<p>\n{{template `t`}}", [2, 12], 'html/template:m:2:11: no such template "t"'],
    ["<p>{{.x | html | print}}", [1, 6], 'html/template:m:1:5: predefined escaper "html" disallowed in template'],
    ["{{range .x}}\n<p a=b=c>{{end}}", [2, 6], 'html/template:m: "=" in unquoted attr: "b=c"'],
  ];
  test.each(rows)("%j", (template, place, message) => {
    const error = errorOf(() => compile(template, { escape: "html", name: "m" }));
    expect([error.phase, error.line, error.column, error.output]).toEqual(["escape", ...place, ""]);
    expect(error.message.slice(0, message.length)).toBe(message);
    expect(String(error).split("\n")).toHaveLength(3);
  });

  test("another entry is escaped when it is rendered", () => {
    const template = compile("a", { escape: "html", templates: { b: "<p {{.}}", c: "<p>{{.}}" } });
    expect(template.render("<", { entry: "c" })).toBe("<p>&lt;");
    for (const _ of [1, 2]) {
      const error = errorOf(() => template.render("<", { entry: "b" }));
      expect([error.phase, error.message.slice(0, 30)]).toEqual(["escape", "html/template:b: ends in a non"]);
    }
    expect(errorOf(() => template.render("<", { entry: "d" })).message).toBe('html/template: "d" is undefined');
    expect(template.render("<")).toBe("a");
  });

  test("can be had without throwing", () => {
    const check = (text: string) =>
      checkHtml(parse(text, { name: "m", delims: ["{{", "}}"], isFunction: () => true }), "m");
    expect(check("<p title='{{.x}}'>")).toBeUndefined();
    const problem = check("<p title='{{.x}}>");
    expect(problem?.error.message).toMatch(/^html\/template:m: ends in a non-text context/);
    expect(problem?.code).toBe("end-context");
  });
});

describe("content that is vouched for", () => {
  test("only where the caller says so", () => {
    expect(errorOf(() => compile("{{safeHTML .}}", { escape: "html" })).message).toBe(
      'template: template:1: function "safeHTML" not defined',
    );
    expect(html("{{safeHTML .}}|{{.}}", "<b>", { functions: [content] })).toBe("<b>|&lt;b&gt;");
  });
  test("can come from the profile, and is its text elsewhere", () => {
    const profile = { a: content.safeHTML("<b>"), b: JSON.parse('{"type":"HTML","text":"<i>"}') };
    expect(html("{{.a}}{{.b}}<script>{{.a}}</script>", profile)).toBe(
      '<b>map[text:&lt;i&gt; type:HTML]<script>"\\u003cb\\u003e"</script>',
    );
    expect(compile("{{.a}}{{len .a}}{{eq .a `<b>`}}").render(profile)).toBe("<b>3true");
  });
});

describe("what is missing", () => {
  test("prints as nothing", () => {
    expect(html("<p>{{.x}}</p><p title='{{.n}}'>", { n: null })).toBe("<p></p><p title=''>");
    expect(html("<script>f({{.x}}, {{.n}})</script>", { n: null })).toBe("<script>f( null ,  null )</script>");
  });
  test("is an error where it is required", () => {
    const error = errorOf(() => html("<a href='{{.x}}'>{{.y}}", {}, { missingKey: "required" }));
    expect(error.message).toMatch(/: map has no entry for key "x"$/);
    expect(error.output).toBe("<a href='");
  });
});

describe("limits", () => {
  const limitOf = (run: () => unknown) => {
    const error = errorOf(run);
    return error instanceof TemplateLimitError ? error.limit : error;
  };
  const contexts = {
    text: "<p>{{.}}",
    unquoted: "<p title={{.}}>",
    string: '<script>"{{.}}"</script>',
    value: "<script>{{.}}</script>",
    style: '<style>p{a:"{{.}}"}</style>',
    URL: '<a href="/{{.}}">',
    query: '<a href="?{{.}}">',
    srcset: '<img srcset="{{.}}">',
    regexp: "<script>/{{.}}/</script>",
  };
  test.each(Object.entries(contexts))("long text that escaping makes longer: %s", (_, template) => {
    const compiled = compile(template, { escape: "html", limits: { output: 1_000_000 } });
    for (const text of ['"'.repeat(600_000), "\u{1f30d}\u0001".repeat(200_000), ",".repeat(1_000_001)]) {
      expect(limitOf(() => compiled.render(text))).toBe("output");
    }
    expect(limitOf(() => compile(template, { escape: "html", limits: { steps: 50 } }).render("x".repeat(2000)))).toBe(
      "steps",
    );
  });
  test("escapes are the same at the seams of long texts", () => {
    for (const pad of [65_534, 65_535, 65_536, 65_537]) {
      const x = "x".repeat(pad);
      expect(html('<style>p{a:"{{.}}"}</style>', `${x};a`)).toBe(`<style>p{a:"${x}\\3b a"}</style>`);
      expect(html('<style>p{a:"{{.}}"}</style>', `${x};z`)).toBe(`<style>p{a:"${x}\\3bz"}</style>`);
      expect(html('<a href="/{{.}}">', `${x}%2f <`)).toBe(`<a href="/${x}%2f%20%3c">`);
      expect(html('<a href="/{{.}}">', `${x}%2g🌍`)).toBe(`<a href="/${x}%252g%f0%9f%8c%8d">`);
    }
  });
  test("data inside data", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 2_000; i++) deep = [deep];
    expect(limitOf(() => html("<script>{{.}}</script>", deep))).toBe("depth");
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(limitOf(() => html("<script>{{.}}</script>", cyclic))).toBe("depth");
  });
  test("a template that needs ever deeper contexts of itself", () => {
    const text = '<script>{{template "a"}}</script>{{define "a"}}`$' + '{ {{template "a"}} }`{{end}}';
    expect(limitOf(() => compile(text, { escape: "html" }))).toBe("depth");
  });
  test("loops in loops and templates in templates take no longer than others", () => {
    const loops = `${"{{range .}}<p>".repeat(150)}{{.}}${"{{end}}".repeat(150)}`;
    expect(compile(loops, { escape: "html" }).render([])).toBe("");
    const calls = Array.from({ length: 300 }, (_, i) => [`t${i}`, `<p>{{template "t${i + 1}" .}}`]);
    const templates = Object.fromEntries([...calls, ["t300", "<p a=b=c>"]]);
    const error = errorOf(() => compile('{{template "t0" .}}', { escape: "html", templates }));
    expect(error.message).toBe('html/template:template: "=" in unquoted attr: "b=c"');
  });
  test("loops of calls in loops", () => {
    const tangled = `${"{{range .}}{{template `a`}}".repeat(100)}${"{{end}}".repeat(100)}{{define "a"}}x{{end}}`;
    expect(limitOf(() => compile(tangled, { escape: "html" }))).toBe("steps");
  });
});

test("numbers of every size are the digits that Go prints", () => {
  expect(html("{{range .}}{{.}} {{end}}", [1, -0, 2 ** 53, 1e21, 1.5, 10n ** 18n])).toBe(
    "1 0 9007199254740992 1e&#43;21 1.5 1000000000000000000 ",
  );
  expect(html("{{range .}}{{.}} {{end}}", [1e6], { numbers: "float64" })).toBe("1e&#43;06 ");
});
