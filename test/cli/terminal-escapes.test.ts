import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeControls, escapeControlsInLine } from "../../src/base/escape-controls.ts";
import { run } from "../../src/cli/cli.ts";
import { table } from "../../src/cli/table.ts";
import { folderOf, Screen } from "./harness.ts";

test.each([
  ["Zoë ✓ 👩‍👩‍👧 עברית\ta\nb", "Zoë ✓ 👩‍👩‍👧 עברית\ta\nb"],
  ["\x1b[31mred\r\nnext\rover\b", "\\x1b[31mred\nnext\\rover\\x08"],
  ["\x7f\x9b2J", "\\u007f\\u009b2J"],
  ["a\u202Etxt.exe", "a\\u202etxt.exe"],
  ["\u200E\u200F\u061C\u202A\u2066\u2069", "\\u200e\\u200f\\u061c\\u202a\\u2066\\u2069"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
])("%j is shown as %j", (text, shown) => {
  expect(escapeControls(text)).toBe(shown);
  expect(escapeControlsInLine(text)).toBe(
    shown.replaceAll("\n", text.includes("\r\n") ? "\\r\\n" : "\\n").replaceAll("\t", "\\t"),
  );
});

test("whatever text it is, what is shown of it steers no terminal, and is shown as itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeControls(text)).not.toMatch(/[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
      expect(escapeControlsInLine(text)).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
      expect(escapeControls(escapeControls(text))).toBe(escapeControls(text));
    }),
  );
});

test("a cell of a table is one line", () => {
  expect(table(["name", "n"], [["a\nb\u202E", "1"]])).toBe("name        n\na\\nb\\u202e  1\n");
});

test("all that is printed is printed in one place", () => {
  const folder = join(import.meta.dirname, "../../src/cli");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const elsewhere = files.filter(
    (file) =>
      file !== "io.ts" &&
      /std(out|err)\)?\.write\(|console\.|process\.std/.test(readFileSync(join(folder, file), "utf8")),
  );
  // It hands its own streams over.
  expect(elsewhere).toEqual(["main.ts"]);
});

describe("on a terminal", () => {
  const hostile = "a\u202E\x1b[2J\nb";
  const shown = "a\\u202e\\x1b[2J\\nb";

  async function onTerminal(folder: string, args: readonly string[], colours = false) {
    const [stdout, stderr] = [new Screen(true), new Screen(true)];
    const env = colours ? {} : { NO_COLOR: "1" };
    await run(args, { stdin: Readable.from([]), stdout, stderr, cwd: () => folder, env });
    return stdout.text + stderr.text;
  }

  test("a file's name, in what lint finds", async () => {
    const folder = folderOf({});
    mkdirSync(join(folder, "alerts"));
    writeFileSync(join(folder, "alerts", `${hostile}.tmpl`), "{{ .a | nope }}");
    for (const [format, colours] of [
      ["pretty", true],
      ["pretty", false],
      ["unix", true],
    ] as const) {
      const text = await onTerminal(folder, ["lint", "alerts", "--format", format], colours);
      expect(text).toContain(`alerts/${shown}.tmpl:1:`);
      const plain = ["0", "1", "2", "31"].reduce((rest, code) => rest.replaceAll(`\x1b[${code}m`, ""), text);
      expect(plain).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      expect(text.includes("\x1b[31merror\x1b[0m")).toBe(format === "pretty" && colours);
    }
  });

  test("what a profile says, in a template's text", async () => {
    const folder = folderOf({ "t.tmpl": "Hey, {{ .a }}!", "p.json": JSON.stringify({ a: hostile }) });
    expect(await onTerminal(folder, ["render", "t.tmpl", "--profile", "p.json"])).toBe("Hey, a\\u202e\\x1b[2J\nb!");
  });

  test.each([
    [["render", `${hostile}.tmpl`, "--profile", "p.json"], `${shown}.tmpl`],
    [["lint", hostile], shown],
    [["fmt", hostile], shown],
    [[hostile], "unknown command 'a\\u202e\\x1b[2J\nb'"],
    [["why", hostile, "--store", "s.db"], "no delivery a\\u202e\\x1b[2J\nb in this outbox"],
    [["why", "msg_1", "--store", hostile], `${shown}: no store here`],
  ])("an argument in what is said of it: %j", async (args, said) => {
    // An empty file is a store without deliveries.
    const text = await onTerminal(folderOf({ "s.db": "" }), args);
    expect(text).toContain(said);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
  });
});
