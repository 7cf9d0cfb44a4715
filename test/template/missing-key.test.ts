import { describe, expect, test } from "vitest";
import { sprig } from "../../src/functions/index.ts";
import { compile, type LanguageOptions } from "../../src/template/index.ts";

const options: LanguageOptions = { name: "t", missingKey: "required", functions: [sprig] };
const profile = {
  name: "Ann",
  nul: null,
  zero: 0,
  no: false,
  empty: "",
  user: { name: "Ann", nul: null },
  list: ["a", null],
  missing_inside: {},
};
const render = (text: string): string => compile(text, options).render(profile);

/** Returns the message after `template: t:`. */
function errorOf(text: string): string {
  try {
    render(text);
  } catch (error) {
    return (error as Error).message.slice("template: t:".length);
  }
  return expect.fail(`no error: ${text}`);
}

describe("required: what is missing may not be printed", () => {
  const rows: readonly (readonly [text: string, message: string])[] = [
    ["{{.x}}", '1:2: executing "t" at <{{.x}}>: map has no entry for key "x"'],
    ["{{.nul}}", '1:2: executing "t" at <{{.nul}}>: nil value for key "nul"'],
    ["{{.user.x}}", '1:2: executing "t" at <{{.user.x}}>: map has no entry for key "x"'],
    ["{{.user.nul}}", '1:2: executing "t" at <{{.user.nul}}>: nil value for key "nul"'],
    ["{{.x.y.z}}", '1:2: executing "t" at <{{.x.y.z}}>: map has no entry for key "z"'],
    ["{{$.x}}", '1:2: executing "t" at <{{$.x}}>: map has no entry for key "x"'],
    ["{{(.user).x}}", '1:2: executing "t" at <{{(.user).x}}>: map has no entry for key "x"'],
    ["{{print .x}}", '1:2: executing "t" at <print .x>: map has no entry for key "x"'],
    ["{{print .name .nul}}", '1:2: executing "t" at <print .name .nul>: nil value for key "nul"'],
    ["{{println .x}}", '1:2: executing "t" at <println .x>: map has no entry for key "x"'],
    ['{{printf "%v" .x}}', '1:2: executing "t" at <printf "%v" .x>: map has no entry for key "x"'],
    ["{{html .x}}", '1:2: executing "t" at <html .x>: map has no entry for key "x"'],
    ["{{js .nul}}", '1:2: executing "t" at <js .nul>: nil value for key "nul"'],
    ["{{urlquery .x}}", '1:2: executing "t" at <urlquery .x>: map has no entry for key "x"'],
    ["{{.x | html}}", '1:7: executing "t" at <html>: map has no entry for key "x"'],
    ["{{.x | printf `%v`}}", '1:7: executing "t" at <printf `%v`>: map has no entry for key "x"'],
    ["{{if .x | print | not}}{{end}}", '1:10: executing "t" at <print>: map has no entry for key "x"'],
    ['{{index .user "x"}}', '1:2: executing "t" at <{{index .user "x"}}>: no value to print'],
    ["{{index .list 1}}", '1:2: executing "t" at <{{index .list 1}}>: no value to print'],
    ["{{range .list}}{{.}}{{end}}", '1:17: executing "t" at <{{.}}>: no value to print'],
    ["{{$x := .x}}{{$x}}", '1:14: executing "t" at <{{$x}}>: no value to print'],
    ['{{template "a"}}{{define "a"}}{{.}}{{end}}', '1:32: executing "a" at <{{.}}>: no value to print'],
    ["{{and .name .x}}", '1:2: executing "t" at <{{and .name .x}}>: no value to print'],
    ["{{.x | default .nul}}", '1:2: executing "t" at <{{.x | default .nul}}>: no value to print'],
  ];
  test.each(rows)("%s", (text, message) => {
    expect(errorOf(text)).toBe(message);
  });

  test("what stands before it was written", () => {
    const error = (() => {
      try {
        return render("Hey, {{.name}} {{.x}}");
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ output: "Hey, Ann ", line: 1, column: 18, phase: "exec" });
  });
});

test.each([
  ["{{if .x}}a{{else}}b{{end}}", "b"],
  ["{{if .x.y}}a{{else}}b{{end}}", "b"],
  ["{{if .nul}}a{{else}}b{{end}}", "b"],
  ["{{with .x}}a{{else}}b{{end}}", "b"],
  ["{{range .x}}a{{else}}b{{end}}", "b"],
  ['{{.x | default "there"}}', "there"],
  ['{{default "there" .nul}}', "there"],
  ['{{eq .x "a"}} {{eq .nul nil}} {{ne .x "a"}}', "false true true"],
  ["{{not .x}} {{and .x 1 | not}} {{or .x .nul .name}}", "true true Ann"],
  ['{{or .x "there"}}', "there"],
  ["{{$x := .x}}{{if $x}}a{{else}}b{{end}}", "b"],
  ["{{.zero}} {{.no}} {{.empty}}|", "0 false |"],
  ["{{.missing_inside}} {{.list}}", "map[] [a <nil>]"],
  ["{{print}}|{{print .name}}", "|Ann"],
  ['{{template "a" .x}}{{define "a"}}{{if .}}a{{else}}b{{end}}{{end}}', "b"],
])("required: elsewhere it is as in Go: %s", (text, output) => {
  expect(render(text)).toBe(output);
});

test.each([
  ["default", "{{.x}} {{.x.y}} {{.nul}}", "<no value> <no value> <no value>"],
  ["zero", "{{.x}} {{.nul}}", "<no value> <no value>"],
  ["error", "{{.nul}}", "<no value>"],
] as const)("%s: %s", (missingKey, text, output) => {
  expect(compile(text, { missingKey }).render(profile)).toBe(output);
});

test.each([
  ["zero", "{{.x.y}}", "<.x.y>: nil pointer evaluating interface {}.y"],
  ["error", "{{.x}}", '<.x>: map has no entry for key "x"'],
  ["error", "{{if .x}}{{end}}", '<.x>: map has no entry for key "x"'],
  ["error", '{{.x | default "d"}}', '<.x>: map has no entry for key "x"'],
] as const)("%s: %s", (missingKey, text, message) => {
  expect(() => compile(text, { missingKey, functions: [sprig] }).render(profile)).toThrow(message);
});
