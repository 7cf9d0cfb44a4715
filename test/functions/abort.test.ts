import { describe, expect, test } from "vitest";
import { alerting } from "../../src/functions/index.ts";
import { compile, compileAlert, RenderAborted, renderAlert, TemplateError } from "../../src/index.ts";
import { folderOf, tocsin } from "../cli/harness.ts";

const noEmail = '{{ if not .email }}{{ abort "no e-mail address" }}{{ end }}';

describe("an alert that aborts is a result of its own", () => {
  test.each(["title", "subtitle", "body"])("in the %s", (part) => {
    const template = { title: "T", subtitle: "S", body: "B", [part]: `${noEmail}to {{ .email }}` };
    expect(renderAlert({}, template)).toStrictEqual({ aborted: "no e-mail address" });
    expect(renderAlert({ email: "a@b.c" }, template)).toStrictEqual({
      ...{ title: "T", subtitle: "S", body: "B" },
      [part]: "to a@b.c",
    });
  });
  test("the type tells which", () => {
    const alert = renderAlert({}, { title: noEmail });
    const text: string = alert.aborted === undefined ? alert.title : alert.aborted;
    expect(text).toBe("no e-mail address");
    expect(alert.title?.length).toBeUndefined();
  });
  test("the part that comes first decides", () => {
    const alert = compileAlert({ title: "{{ len .n }}", body: '{{ abort "late" }}' });
    expect(() => alert.render({ n: 1 })).toThrow(TemplateError);
    expect(alert.render({ n: "x" })).toEqual({ aborted: "late" });
    expect(renderAlert({ n: 1 }, { title: '{{ abort "early" }}', body: "{{ len .n }}" })).toEqual({ aborted: "early" });
  });
  test("the reason may be worked out, and may be empty", () => {
    expect(renderAlert({ n: 3 }, { title: '{{ printf "only %d points" .n | abort }}' })).toEqual({
      aborted: "only 3 points",
    });
    expect(renderAlert({}, { title: '{{ abort "" }}' })).toEqual({ aborted: "" });
  });
  test("an alert that aborted for one profile renders for the next", () => {
    const alert = compileAlert({ title: `${noEmail}Hey` });
    expect([{}, { email: "a@b.c" }, {}].map((profile) => alert.render(profile))).toEqual([
      { aborted: "no e-mail address" },
      { title: "Hey" },
      { aborted: "no e-mail address" },
    ]);
  });
  test("inside called templates, loops and arguments", () => {
    const template = {
      title: `{{ range .l }}{{ template "t" . }}{{ end }}{{ define "t" }}{{ print (abort .) }}{{ end }}`,
    };
    expect(renderAlert({ l: ["a", "b"] }, template)).toEqual({ aborted: "a" });
    expect(renderAlert({ l: [] }, template)).toEqual({ title: "" });
  });
  test("a reason that is no text is an error, as any wrong argument", () => {
    expect(() => renderAlert({}, { title: "{{ abort 1 }}" })).toThrow("expected string; found 1");
    expect(() => compileAlert({ title: "{{ abort }}" }).render({})).toThrow(
      "wrong number of args for abort: want 1 got 0",
    );
  });
});

test("a bare template throws RenderAborted, which is no TemplateError", () => {
  const template = compile(`a${noEmail}b`, { functions: [alerting] });
  expect(template.render({ email: "x" })).toBe("ab");
  let thrown: unknown;
  try {
    template.render({});
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(RenderAborted);
  expect(thrown).not.toBeInstanceOf(TemplateError);
  expect(thrown).toMatchObject({
    name: "RenderAborted",
    reason: "no e-mail address",
    message: "aborted: no e-mail address",
  });
});

describe("tocsin render", () => {
  const folder = folderOf({
    "alert.yaml": `title: Hey\nbody: '${noEmail}{{ .email }}'\n`,
    "one.tmpl": noEmail,
    "none.json": "{}",
    "all.ndjson": '{"email":"a@b.c"}\n{}\n{"email":"d@e.f"}\n',
    "rude.tmpl": '{{ abort "\\x1b[31mred" }}',
  });
  const render = (...args: string[]) => tocsin(folder, ["render", ...args]);
  const said = { code: 0, stdout: "", stderr: "aborted: no e-mail address\n" };
  const json = { code: 0, stdout: '{"aborted":"no e-mail address"}\n', stderr: "" };

  test("says why on stderr, and is no failure", async () => {
    expect(await render("alert.yaml", "--profile", "none.json")).toEqual(said);
    expect(await render("one.tmpl")).toEqual(said);
  });
  test("as JSON", async () => {
    expect(await render("alert.yaml", "--profile", "none.json", "--json")).toEqual(json);
    expect(await render("one.tmpl", "--json")).toEqual(json);
  });
  test("a line of its own among many, counted at the end", async () => {
    const stdout = '{"title":"Hey","body":"a@b.c"}\n{"aborted":"no e-mail address"}\n{"title":"Hey","body":"d@e.f"}\n';
    expect(await render("alert.yaml", "--profile", "all.ndjson")).toEqual({
      code: 0,
      stdout,
      stderr: "2 rendered, 1 aborted, 0 failed\n",
    });
    expect((await render("alert.yaml", "--profile", "all.ndjson", "--json")).stderr).toBe(
      '{"rendered":2,"aborted":1,"failed":0}\n',
    );
  });
  test("cannot recolour the terminal", async () => {
    expect((await render("rude.tmpl")).stderr).toBe("aborted: \\x1b[31mred\n");
  });
});
