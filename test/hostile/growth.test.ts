import { describe, expect, test } from "vitest";
import { parse, printTrees } from "../../grammar/index.ts";
import { alerting, sprig } from "../../src/functions/index.ts";
import { compile } from "../../src/index.ts";
import { format, lint } from "../../src/lint/index.ts";
import { growthOf } from "../growth.ts";
import { sized } from "../sized.ts";

/** Texts of about `n` characters, each of which once took time that grew with the square of its length, or might. */
const texts: Readonly<Record<string, (n: number) => string>> = {
  words: (n) => "a-".repeat(n / 2),
  "the beginning of tokens": (n) => "eyJaaaaaaaa-".repeat(n / 12),
  "schemes of URLs": (n) => "a:".repeat(n / 4) + "a".repeat(n / 2),
  "private keys": (n) => `-----BEGIN ${"A ".repeat(n / 2)}`,
  "unknown functions": (n) => "{{ .a b }}".repeat(n / 10),
  "unknown functions in one action": (n) => `{{ .a ${"b ".repeat(n / 2)}}}`,
  "unknown functions on lines of their own": (n) => "\n{{ .a b }}".repeat(n / 11),
  "unknown functions, turned off": (n) => `{{/* tocsin-disable */}}${"{{ b }}".repeat(n / 7)}`,
  "comments that turn off": (n) => "{{/* tocsin-disable-line */}}{{ b }}\n".repeat(n / 36),
  "comments that are not closed": (n) => "/* tocsin-disable ".repeat(n / 18),
  "variables of one name": (n) => "{{ $x := .a }}".repeat(n / 14),
  "variables of many names": (n) => Array.from({ length: n / 16 }, (_, i) => `{{ $x${i} := .a }}{{ $x${i} }}`).join(""),
  "variables that are not declared": (n) => Array.from({ length: n / 10 }, (_, i) => `{{ $x${i} }}`).join(""),
  fields: (n) => "{{ .f }}".repeat(n / 8),
  "fields of fields": (n) => `{{ $x := .a${".a".repeat(n / 2)} }}`,
  "blocks in blocks": (n) => `{{ with .a${".a".repeat(n / 4)} }}${"{{ .b }}".repeat(n / 16)}{{ end }}`,
  conditions: (n) => Array.from({ length: n / 20 }, (_, i) => `{{ if .a${i} }}x{{ end }}`).join(""),
  "conditions that leave": (n) =>
    `{{ range .l }}${Array.from({ length: n / 30 }, (_, i) => `{{ if .a${i} }}{{ break }}{{ end }}`).join("")}{{ end }}`,
  "loops that are left": (n) => `{{ range .l }}${"{{ break }}".repeat(n / 11)}{{ end }}`,
  "conditions one after the other": (n) =>
    `${Array.from({ length: Math.min(900, n / 20) }, (_, i) => `{{ ${i === 0 ? "" : "else "}if .a${i} }}x`).join("")}{{ end }}`,
  and: (n) => `{{ if and ${".a ".repeat(n / 3)}}}x{{ end }}`,
  "and in a pipeline": (n) =>
    `{{ if .a ${Array.from({ length: n / 12 }, (_, i) => `| and .a${i} `).join("")}}}x{{ end }}`,
  "unclosed blocks": (n) => "{{ if .a }}".repeat(n / 11),
  "unclosed actions": (n) => "{{ if .a ".repeat(n / 9),
  "ends of nothing": (n) => "{{ end }}".repeat(n / 9),
  "typographic quotes": (n) => "{{ “a” }}".repeat(n / 9),
  "typographic quotes in one action": (n) => `{{ ${"“a ".repeat(n / 3)} }}`,
  "quotes with backslashes": (n) => `{{ .a ? "${'\\"'.repeat(n / 2)} }}`,
  operators: (n) => "{{ if .a == 1 }}x{{ end }}".repeat(n / 25),
  "operators in one action": (n) => `{{ if .a ${"== .b ".repeat(n / 6)}}}x{{ end }}`,
  brackets: (n) => `{{ ${"a.".repeat(n / 2)}[ }}`,
  definitions: (n) =>
    Array.from({ length: n / 40 }, (_, i) => `{{ define "t${i}" }}{{ template "t${i + 1}" . }}{{ end }}`).join(""),
  "definitions that nothing calls": (n) =>
    `x${Array.from({ length: n / 28 }, (_, i) => `{{ define "t${i}" }}x{{ end }}`).join("")}`,
  "a definition that is called often": (n) =>
    `{{ define "t" }}${"{{ .f }}".repeat(n / 16)}{{ end }}${Array.from({ length: n / 60 }, (_, i) => `{{ if .a${i} }}{{ template "t" . }}{{ end }}`).join("")}`,
  pipelines: (n) => `{{ .a ${"| print ".repeat(n / 8)}}}`,
  maps: (n) => `{{ $x := dict "a" 1 }}${'{{ $x = dict "a" $x "b" $x }}'.repeat(n / 29)}`,
  "a map that is gone through often": (n) =>
    `{{ $x := dict ${'"a" 1 '.repeat(n / 12)}}}${"{{ range $x }}x{{ end }}".repeat(n / 48)}`,
  "a number": (n) => `{{ ${"1".repeat(n)} }}`,
  "a string": (n) => `{{ "${"\\u0041".repeat(n / 6)}" }}`,
  comments: (n) => "{{/* a */}}".repeat(n / 11),
  "comments after each other on lines": (n) => "{{/* a */}}\n".repeat(n / 12),
  "lines of blocks": (n) => "{{ if .a }}\n{{ end }}\n".repeat(n / 22),
  "actions on many lines": (n) => "{{ .a\n | print }}".repeat(n / 16),
  "left delimiters": (n) => "{{".repeat(n / 2),
  "white space": (n) => `${" ".repeat(n / 2)}{{- .a -}}${" ".repeat(n / 2)}`,
  "a date layout": (n) => `{{ date "${"Y ".repeat(n / 2)}" .a }}`,
  "a format": (n) => `{{ printf "${"%d ".repeat(n / 3)}" .a }}`,
  parentheses: (n) => "{{ (((.a | print) | print) | print) }}".repeat(n / 37),
};

const html: Readonly<Record<string, (n: number) => string>> = {
  attributes: (n) => '<a href="{{ .a }}" title={{ .b }}>x</a>'.repeat(n / 39),
  "an attribute that is never closed": (n) => '<a href="{{ .a }}'.repeat(n / 17),
  "branches in different places": (n) => '{{ if .a }}<a href="{{ end }}'.repeat(n / 28),
  scripts: (n) => "<script>var x = {{ .a }}; /* c */ y = `a${ {{ .b }} }`</script>".repeat(n / 64),
  "one script": (n) => `<script>${"x = {{ .a }} / 2; ".repeat(n / 18)}</script>`,
  "one script of strings": (n) => `<script>${"'a' + ".repeat(n / 6)}</script>`,
  "one script of braces": (n) => `<script>${"`${".repeat(n / 3)}</script>`,
  "one style": (n) => `<style>${"a { b: url( '{{ .a }}' ) } ".repeat(n / 27)}</style>`,
  "less-than signs": (n) => "<".repeat(n),
  comments: (n) => "<!-- a -->".repeat(n / 10),
  "comments that are not closed": (n) => "<!-- ".repeat(n / 5),
  "ends of scripts": (n) => `<script>${"</scrip".repeat(n / 7)}`,
  "ends of textareas": (n) => `<textarea>${"</textare {{ .a }}".repeat(n / 18)}`,
  "loops in a script": (n) => `<script>${"{{ range .l }}x{{ end }}".repeat(n / 24)}</script>`,
};

/** Linear is 2; what is more is allowed for a logarithm, and for sizes at which a cap is reached. */
const linear = 2.5;

const functions = [sprig, alerting];
const size = sized(500, 1000);

describe("what a text costs grows as its length", () => {
  const isFunction = (name: string): boolean => /^[a-z]/.test(name);
  const options = { name: "t", delims: ["{{", "}}"] as const, isFunction };

  test.each(Object.entries(texts))("linted: %s", (_, make) => {
    const { factor, most } = growthOf(size, make, (text) => lint(text, { functions, samples: [{ a: "x", b: 1 }] }));
    expect(factor, most).toBeLessThan(linear);
  });

  test.each(Object.entries(texts))("compiled, printed, formatted: %s", (_, make) => {
    const { factor, most } = growthOf(size, make, (text) => {
      for (const run of [
        () => compile(text, { functions }),
        () => printTrees(parse(text, options).values(), "t"),
        () => format(text),
      ]) {
        try {
          run();
        } catch {
          // That it is wrong may cost no more either.
        }
      }
    });
    expect(factor, most).toBeLessThan(linear);
  });

  test.each(Object.entries(html))("escaped and linted as HTML: %s", (_, make) => {
    const { factor, most } = growthOf(size, make, (text) => {
      try {
        compile(text, { functions, escape: "html" });
      } catch {
        // As above.
      }
      lint(text, { functions, part: "html" });
    });
    expect(factor, most).toBeLessThan(linear);
  });
});
