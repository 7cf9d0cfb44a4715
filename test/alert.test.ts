import { describe, expect, test } from "vitest";
import { type AlertTemplate, compileAlert, renderAlert, TemplateError } from "../src/index.ts";
import { errorOf } from "./thrown.ts";

/** Templates that every team that sends alerts writes first. */
const classics: readonly (readonly [
  about: string,
  text: string,
  rendered: readonly (readonly [profile: object, text: string])[],
])[] = [
  [
    "a field",
    "Hey, {{ .first_name }}",
    [
      [{ first_name: "Zoë" }, "Hey, Zoë"],
      [{}, "Hey, <no value>"],
    ],
  ],
  [
    "if and else",
    "{{ if .vip }}Thank you for being with us{{ else }}Join us{{ end }}, {{ .first_name }}!",
    [
      [{ vip: true, first_name: "Ann" }, "Thank you for being with us, Ann!"],
      [{ vip: false, first_name: "Ann" }, "Join us, Ann!"],
      [{ first_name: "Ann" }, "Join us, Ann!"],
    ],
  ],
  [
    "default",
    'Hey, {{ .first_name | default "there" }}',
    [
      [{ first_name: "Ann" }, "Hey, Ann"],
      [{ first_name: "" }, "Hey, there"],
      [{ first_name: null }, "Hey, there"],
      [{}, "Hey, there"],
    ],
  ],
  [
    "and",
    "{{ if and .vip (gt .points 100) }}Gold{{ else }}Blue{{ end }}",
    [
      [{ vip: true, points: 101 }, "Gold"],
      [{ vip: true, points: 100 }, "Blue"],
      [{ vip: false }, "Blue"],
    ],
  ],
  [
    "eq",
    '{{ if eq .subscriber_status "subscribed" }}Your news{{ else }}Come back{{ end }}',
    [
      [{ subscriber_status: "subscribed" }, "Your news"],
      [{ subscriber_status: "unsubscribed" }, "Come back"],
      [{}, "Come back"],
    ],
  ],
];

describe.each(classics)("%s", (_, text, rendered) => {
  test.each(rendered)("%j", (profile, expected) => {
    expect(renderAlert(profile, { title: text, body: `${text}\n` })).toEqual({
      title: expected,
      body: `${expected}\n`,
    });
  });
});

describe("parts", () => {
  const all = { title: "T {{.x}}", subtitle: "S {{.x}}", body: "B {{.x}}" };
  test("those that are given, and no others", () => {
    expect(renderAlert({ x: 1 }, all)).toStrictEqual({ title: "T 1", subtitle: "S 1", body: "B 1" });
    expect(renderAlert({ x: 1 }, { title: "T" })).toStrictEqual({ title: "T" });
    expect(renderAlert({ x: 1 }, { title: "", subtitle: undefined, body: "" })).toStrictEqual({ title: "", body: "" });
  });
  test("what else the object holds is no part", () => {
    const more = { title: "T", channel: "{{ not even a template", id: 7 } as AlertTemplate;
    expect(renderAlert({}, more)).toStrictEqual({ title: "T" });
  });
  test("html is escaped by context, the other parts are plain text whatever the options say", () => {
    const text = '<a href="{{.x}}">{{.x}}</a>';
    const x = 'javascript:"<b>"';
    expect(renderAlert({ x }, { title: text, body: text, html: text }, { escape: "html" })).toStrictEqual({
      title: `<a href="${x}">${x}</a>`,
      body: `<a href="${x}">${x}</a>`,
      html: '<a href="#ZgotmplZ">javascript:&#34;&lt;b&gt;&#34;</a>',
    });
  });
  test.each([undefined, null, {}, { title: undefined }, { title: null }, { title: 5 }, { body: "B" }])(
    "no title: %j",
    (template) => {
      expect(() => compileAlert(template as never)).toThrow(new TypeError("an alert template needs a title, as text"));
    },
  );
  test("a part that is no text", () => {
    expect(() => compileAlert({ title: "T", body: 5 as never })).toThrow(TypeError);
  });
});

describe("errors", () => {
  test.each([
    ["title", { title: "{{", subtitle: "{{", body: "{{" }],
    ["subtitle", { title: "T", subtitle: "{{", body: "{{" }],
    ["body", { title: "T", body: "{{", html: "{{" }],
    ["html", { title: "T", html: "{{" }],
  ])("say which part does not parse: %s", (part, template) => {
    const error = errorOf(() => compileAlert(template));
    expect([error.name, error.message]).toEqual([part, `template: ${part}:1: unclosed action`]);
    expect(errorOf(() => compileAlert(template, { name: "welcome" })).message).toBe(
      `template: welcome.${part}:1: unclosed action`,
    );
  });
  test.each([
    ["title", { title: "a{{len .x}}", body: "{{len .x}}" }],
    ["subtitle", { title: "T", subtitle: "a{{len .x}}", body: "b{{len .x}}" }],
    ["body", { title: "T", subtitle: "S", body: "a{{len .x}}" }],
  ])("say which part fails: %s", (part, template) => {
    const error = errorOf(() => renderAlert({ x: 1 }, template));
    expect([error.phase, error.name, error.output, error.message]).toEqual([
      "exec",
      part,
      "a",
      `template: ${part}:1:3: executing "${part}" at <len .x>: error calling len: len of type int`,
    ]);
  });
});

describe("compiled once", () => {
  test("an alert renders for many", () => {
    const alert = compileAlert({ title: "Hey, {{ .first_name }}", body: "{{range .orders}}{{.}} {{end}}" });
    expect(["Ann", "Zoë", "Łódź"].map((first_name) => alert.render({ first_name, orders: [first_name, 2] }))).toEqual([
      { title: "Hey, Ann", body: "Ann 2 " },
      { title: "Hey, Zoë", body: "Zoë 2 " },
      { title: "Hey, Łódź", body: "Łódź 2 " },
    ]);
  });
  test("a profile that fails harms no other", () => {
    const alert = compileAlert({ title: "{{ .user.name }}" });
    expect(() => alert.render({ user: null })).toThrow(TemplateError);
    expect(alert.render({ user: { name: "Ann" } })).toEqual({ title: "Ann" });
  });
  test("each alert is a new object", () => {
    const alert = compileAlert({ title: "T" });
    const first = alert.render({});
    first.title = "changed";
    expect(alert.render({})).toEqual({ title: "T" });
  });
  test("the template object may change afterwards", () => {
    const template = { title: "before" };
    const alert = compileAlert(template);
    template.title = "after";
    expect(alert.render({})).toEqual({ title: "before" });
  });
});

describe("options", () => {
  test("go for all parts", () => {
    const template = { title: "<% .n %>", body: "<% f .n %><% template `t` . %>" };
    const functions = [{ f: (n: number) => n * 2 }];
    expect(
      renderAlert({ n: 1e6 }, template, { delims: ["<%", "%>"], numbers: "float64", functions, templates: { t: "!" } }),
    ).toEqual({ title: "1e+06", body: "2e+06!" });
    expect(() => renderAlert({}, { title: "T", body: "{{.x}}" }, { missingKey: "required" })).toThrow(
      'map has no entry for key "x"',
    );
  });
  test("functions that are given are instead of default", () => {
    expect(() => compileAlert({ title: "{{ default 1 2 }}" }, { functions: [] })).toThrow(
      'template: title:1: function "default" not defined',
    );
  });
});

test("the parts that a template has are text", () => {
  const alert = renderAlert({ a: 1 }, { title: "t", body: "b{{ .a }}" });
  if (alert.aborted !== undefined) throw new Error(alert.aborted);
  const body: string = alert.body;
  // @ts-expect-error this template has no subtitle
  const subtitle: string = alert.subtitle;
  expect([body, subtitle]).toEqual(["b1", undefined]);
  const template: AlertTemplate = { title: "t" };
  const some = renderAlert({}, template);
  // @ts-expect-error nobody knows which parts this template has
  const text: string = some.body;
  expect(text).toBe(undefined);
});
