import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomCase } from "../../conformance/arbitrary.ts";
import { decodeData } from "../../conformance/data.ts";
import { functions } from "../../conformance/functions.ts";
import { define } from "../../src/functions/index.ts";
import { compile } from "../../src/index.ts";
import { type Finding, type LintOptions, lint } from "../../src/lint/index.ts";
import { sized } from "../sized.ts";

const brief = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, line, column }) => `${line}:${column} ${rule}`);

describe("a finding", () => {
  const [finding] = lint("é\n  {{ .name | uper }}", { name: "note", functions: [{ upper: String }] });

  test("says where it is, for people, editors and Go", () => {
    expect(finding).toMatchObject({
      rule: "unknown-function",
      severity: "error",
      name: "note",
      span: { start: 15, end: 19 },
      line: 2,
      column: 14,
      byteColumn: 13,
      endLine: 2,
      endColumn: 18,
      excerpt: "2 |   {{ .name | uper }}\n  |              ^^^^",
    });
  });

  test("has Go's words and a plain sentence", () => {
    expect(finding!.go).toBe('template: note:2: function "uper" not defined');
    expect(finding!.message).toBe("Unknown function uper. Did you mean upper?");
  });

  test("has what could be done", () => {
    expect(finding!.fix).toBeUndefined();
    expect(finding!.suggestions).toEqual([{ message: "Write upper", edits: [{ start: 15, end: 19, text: "upper" }] }]);
  });

  test("counts bytes as Go does", () => {
    const [one] = lint("{{ if eq .é “世” }}x{{ end }}");
    expect(one).toMatchObject({ column: 13, byteColumn: 13 });
  });
});

test("three mistakes are three findings, by place", () => {
  const text = "{{ if eq .plan “gold” }}Gold{{ end }}\n{{ .points | uper }}\n{{ range .items }}{{ .name }}";
  expect(brief(lint(text))).toEqual(["1:16 typographic-quotes", "2:14 unknown-function", "3:1 unclosed-block"]);
});

describe("an alert template", () => {
  test("is linted part by part, and findings say which", () => {
    const found = lint({ title: "{{ .a", subtitle: "x", body: "{{ b }}", html: "<a href={{ .c }}>" });
    expect(found.map(({ part, name, rule }) => [part, name, rule])).toEqual([
      ["title", "title", "syntax"],
      ["body", "body", "forgotten-dot"],
      ["html", "html", "unquoted-attribute"],
    ]);
  });

  test("names its parts behind its own name", () => {
    expect(lint({ title: "{{ .a" }, { name: "welcome" })[0]!.go).toBe("template: welcome.title:1: unclosed action");
  });
});

describe("comments that turn rules off", () => {
  const condition = "{{ if true }}x{{ end }}";

  test.each([
    [`{{/* tocsin-disable-next-line constant-condition */ -}}\n${condition}`],
    [`{{- /* tocsin-disable-next-line */ -}}\n${condition}`],
    [`{{/* tocsin-disable-line constant-condition, syntax */}}${condition}`],
    [`{{/* tocsin-disable constant-condition -- for the campaign */}}\n${condition}\n${condition}`],
  ])("%s", (text) => {
    expect(brief(lint(text, { part: "html" }))).toEqual([]);
  });

  test("reach no further than they say", () => {
    const text = `{{/* tocsin-disable-next-line constant-condition */ -}}\n${condition}\n${condition}`;
    expect(brief(lint(text))).toEqual(["3:7 constant-condition"]);
    const block = `{{/* tocsin-disable constant-condition */ -}}\n${condition}\n{{/* tocsin-enable */ -}}\n${condition}`;
    expect(brief(lint(block))).toEqual(["4:7 constant-condition"]);
  });

  test("work where the text does not parse, and only in comments", () => {
    expect(brief(lint("{{/* tocsin-disable-line syntax */}}{{ .a"))).toEqual([]);
    expect(brief(lint("/* tocsin-disable-line syntax */{{ .a"))).toEqual(["1:33 syntax"]);
  });
});

describe("options", () => {
  test("change the severity of a rule, or turn it off", () => {
    const text = "{{ if true }}x{{ end }}";
    expect(lint(text, { rules: { "constant-condition": "error" } })[0]!.severity).toBe("error");
    expect(lint(text, { rules: { "constant-condition": "off" } })).toEqual([]);
  });

  test.each<[string, LintOptions]>([
    ["rules: there is no rule nope", { rules: { nope: "off" } }],
    ["rules.syntax: expected error, warning, info or off, got loud", { rules: { syntax: "loud" as "off" } }],
    ["delims are two texts, the left and the right delimiter", { delims: ["{{"] as unknown as ["", ""] }],
    ["schema: expected a JSON Schema, which is an object or a boolean", { schema: 3 }],
    ['$ref "#/$defs/nope" points to nothing in the schema', { schema: { $ref: "#/$defs/nope" } }],
  ])("%s", (message, options) => {
    expect(() => lint("x", options)).toThrow(new TypeError(message));
  });

  test("custom delimiters are those of messages, too", () => {
    expect(lint("<% if .a %>x", { delims: ["<%", "%>"] })[0]!.message).toBe(
      "This if is never closed. Add <% end %> where it should stop.",
    );
  });

  test("further templates can be called, and are linted under their names", () => {
    const options = { samples: [{ name: "Ada" }], templates: { footer: "{{ .nmae }}", broken: "\n{{ .a" } };
    const found = lint('{{ template "footer" . }}', options);
    expect(found.map(({ name, rule, line }) => [name, rule, line])).toEqual([
      ["broken", "syntax", 2],
      ["footer", "unknown-field", 1],
    ]);
  });

  test("a function's signature is all that is needed to check its calls", () => {
    const shout = define({ params: ["string"], returns: "string" }, (text: string) => text.toUpperCase());
    const options = { functions: [{ shout }], samples: [{ name: "Ada", points: 3 }] };
    expect(brief(lint("{{ shout .name }}{{ .name | shout }}", options))).toEqual([]);
    expect(
      brief(lint("{{ shout .points }}{{ shout }}{{ len (shout .name) }}{{ range shout .name }}{{ end }}", options)),
    ).toEqual(["1:10 argument-type", "1:23 argument-count", "1:63 range-over"]);
  });
});

describe("dot, followed", () => {
  const samples = [
    { name: "Ada", items: [{ title: "Mug", tags: ["a"] }], user: { city: "Rome" } },
    { name: "Bo", items: [{ title: "Cup", tags: [] }], user: null },
  ];
  const rulesIn = (text: string): string[] => lint(text, { samples }).map(({ rule }) => rule);

  test.each([
    ["{{ range .items }}{{ .titel }}{{ end }}", ["unknown-field"]],
    ["{{ range $i, $item := .items }}{{ $item.titel }}{{ end }}", ["unknown-field"]],
    ["{{ range .items }}{{ range .tags }}{{ . }}{{ $.nmae }}{{ end }}{{ end }}", ["unknown-field"]],
    ["{{ with .user }}{{ .citi }}{{ end }}", ["unknown-field"]],
    ["{{ $u := .user }}{{ with $u }}{{ .citi }}{{ end }}", ["unknown-field"]],
    ['{{ define "t" }}{{ .titel }}{{ end }}{{ range .items }}{{ template "t" . }}{{ end }}', ["unknown-field"]],
    ["{{ (index .items 0).titel }}", ["unknown-field"]],
    ["{{ if .user }}{{ .user.city }}{{ end }}", []],
    ["{{ if not .user }}x{{ else }}{{ .user.city }}{{ end }}", []],
    ["{{ if and .user .user.city }}{{ .user.city }}{{ end }}", []],
    ["{{ if or (not .user) .user.city }}x{{ end }}", []],
    ["{{ if .user }}x{{ else }}{{ .user.city }}{{ end }}", ["no-fields"]],
    ["{{ range .items }}{{ if not $.user }}{{ continue }}{{ end }}{{ $.user.city }}{{ end }}", []],
    ["{{ $x := .name }}{{ if .user }}{{ $x = .user }}{{ end }}{{ $x }}", []],
  ])("%s", (text, want) => {
    expect(rulesIn(text)).toEqual(want);
  });
});

describe("hostile input", () => {
  const samples = [JSON.parse('{"__proto__": {"x": 1}, "constructor": "c", "a": "\\ud800"}')];

  test("names of the prototype are fields like any other", () => {
    expect(brief(lint("{{ .constructor }}{{ .__proto__.x }}", { samples }))).toEqual([]);
    expect(brief(lint("{{ .toString }}", { samples }))).toEqual(["1:4 unknown-field"]);
    expect(brief(lint("{{ constructor }}{{ toString .a }}", { samples, sets: {} }))).toEqual([
      "1:4 forgotten-dot",
      "1:21 unknown-function",
    ]);
  });

  test("data that contains itself ends", () => {
    const sample: Record<string, unknown> = { name: "Ada" };
    sample.self = sample;
    expect(brief(lint("{{ .self.self.self.name }}", { samples: [sample] }))).toEqual([]);
  });

  test("many mistakes, and deep nesting, end", () => {
    expect(lint("{{ “ }}".repeat(5000)).length).toBeGreaterThan(40);
    expect(lint("{{ if .a }}".repeat(3000)).length).toBeGreaterThan(0);
    expect(lint(`{{ ${"(".repeat(50_000)}`).length).toBeGreaterThan(0);
    expect(lint("{{".repeat(5000)).length).toBeGreaterThan(0);
  });

  test("templates that call each other many times end", () => {
    const define = (i: number): string => `{{ define "t${i}" }}${`{{ template "t${i + 1}" .x }}`.repeat(10)}{{ end }}`;
    const text = `${Array.from({ length: 12 }, (_, i) => define(i)).join("")}{{ define "t12" }}{{ end }}{{ template "t0" . }}`;
    expect(lint(text, { samples: [{ x: { x: 1 } }] })).toBeInstanceOf(Array);
  });

  test("no template is a reason to throw", () => {
    fc.assert(
      fc.property(randomCase, fc.string({ unit: "binary" }), (one, garbage) => {
        const options: LintOptions = {
          delims: one.delims,
          functions: one.functions ? [functions] : [],
          templates: Object.fromEntries(one.templates ?? []),
          samples: [decodeData(one.data)],
        };
        for (const text of [one.template, garbage, one.template.slice(0, garbage.length) + garbage]) {
          for (const finding of lint(text, options)) {
            expect(finding.span.start).toBeLessThanOrEqual(finding.span.end);
            expect(finding.message).toMatch(/[.!?]$/);
          }
        }
      }),
      { numRuns: sized(125, 1000) },
    );
  });
});

describe("the data", () => {
  const text = "{{ .emial }}";

  test("is one profile, or many", () => {
    expect(brief(lint(text, { profile: { email: "a@b.example" } }))).toEqual(["1:4 unknown-field"]);
    expect(brief(lint(text, { samples: [{ email: "a@b.example" }] }))).toEqual(["1:4 unknown-field"]);
    expect(lint(text)).toEqual([]);
  });

  test("of many wins over that of one", () => {
    expect(lint("{{ .name }}", { profile: { email: 1 }, samples: [{ name: "Ada" }] })).toEqual([]);
  });
});

describe("a missing value in html is said to be written as it is", () => {
  test.each([
    ["<p>{{ .a }}</p>", "nothing", "<p></p>"],
    ['<p title="{{ .a }}">', "nothing", '<p title="">'],
    ["<p title={{ .a }}>", "ZgotmplZ", "<p title=ZgotmplZ>"],
    ["<p {{ .a }}>", "ZgotmplZ", "<p ZgotmplZ>"],
    ['<a href="/?q={{ .a }}">', "nothing", '<a href="/?q=">'],
    ['<img srcset="{{ .a }}">', "nothing", '<img srcset="">'],
    ["<style>p { color: {{ .a }} }</style>", "nothing", "<style>p { color:  }</style>"],
    ["<script>f({{ .a }})</script>", "null", "<script>f( null )</script>"],
    ["<script>f('{{ .a }}')</script>", "nothing", "<script>f('')</script>"],
    ["<script>f(`{{ .a }}`)</script>", "nothing", "<script>f(``)</script>"],
    ["<script>f(/{{ .a }}/)</script>", "(?:)", "<script>f(/(?:)/)</script>"],
    ['<p onclick="f({{ .a }})">', "null", '<p onclick="f( null )">'],
    ["<p onclick={{ .a }}>", "null", "<p onclick=&#32;null&#32;>"],
    ['{{ define "x" }}{{ .a }}{{ end }}<script>f({{ template "x" . }})</script>', "null", "<script>f( null )</script>"],
    [
      '{{ define "x" }}{{ .a }}{{ end }}{{ template "x" . }}<script>f({{ template "x" . }})</script>',
      "nothing or null",
      "<script>f( null )</script>",
    ],
  ])("%s", (html, written, rendered) => {
    const findings = lint(html, { part: "html", samples: [{ a: "x" }, {}] });
    const messages = findings.filter(({ rule }) => rule === "missing-value").map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(`Go prints ${written} for those profiles.`)]);
    expect(compile(html, { escape: "html" }).render({})).toBe(rendered);
  });
});
