import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command, Help } from "commander";
import { expect, test } from "vitest";
import { commandOf, commands } from "../../src/cli/commands/index.ts";
import { folderOf, Screen, tocsin } from "./harness.ts";

const root = join(import.meta.dirname, "../..");
const names = Object.values(commands).flatMap((group) => Object.keys(group));

test("help says of a command what its own file says", async () => {
  const io = { stdin: process.stdin, stdout: new Screen(), stderr: new Screen() };
  for (const name of names) {
    const program = new Command();
    (await commandOf(name)!.load())(program, io, () => {});
    const terms = program.commands.map((command) => new Help().subcommandTerm(command));
    expect(terms).toEqual([`${name} ${commandOf(name)!.usage}`.trimEnd()]);
  }
  expect(names).toHaveLength(23);
});

test("--help lists every command; a name that is none is answered with one that is like it", async () => {
  const folder = folderOf({});
  const { stdout } = await tocsin(folder, ["--help"]);
  expect(stdout.match(/^ {2}[a-z-]+(?= )/gm)!.map((name) => name.trim())).toEqual(names);
  expect(await tocsin(folder, ["lnt"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "error: unknown command 'lnt'\n(Did you mean lint?)\n",
  });
  expect((await tocsin(folder, ["--", "lint", "none.tmpl"])).code).toBe(3);
});

/** The files of ours that are loaded, and those of the packages that we name: written to the standard error. */
const loads = `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write("\\nloads " + url); return next(url, context); } });`;

const own = [
  "src/cli/main.ts",
  "src/cli/cli.ts",
  "src/cli/commands/index.ts",
  "src/cli/io.ts",
  "src/base/escape-controls.ts",
  "src/cli/version.ts",
];

test.each([
  [["--version"], own],
  [["-V"], own],
  [["--help"], [...own, "node_modules/commander"]],
  [["none"], [...own, "node_modules/commander"]],
])("%s loads no command", async (args, expected) => {
  const hook = `data:text/javascript,${encodeURIComponent(loads)}`;
  const run = promisify(execFile)(process.execPath, ["--import", hook, "src/cli/main.ts", ...args], { cwd: root });
  const { stderr } = await run.catch((error: { stderr: string }) => error);
  const urls = Array.from(stderr.matchAll(/^loads file:.*?\/((src|node_modules)\/.*)$/gm), ([, path]) =>
    path!.replace(/(node_modules\/[^/]+).*/, "$1"),
  );
  expect([...new Set(urls)]).toEqual(expected);
});
