import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { tocsin } from "./cli/harness.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block!);

/** Runs a program as a reader would, with the package's names pointing here. */
function runProgram(program: string): string {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  try {
    const file = join(folder, "program.ts");
    const from = (path: string) => JSON.stringify(pathToFileURL(join(root, path)).href);
    writeFileSync(
      file,
      program.replace('"tocsin"', from("src/index.ts")).replace('"tocsin/functions"', from("src/functions/index.ts")),
    );
    return execFileSync(process.execPath, [file], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the first program prints what stands below it", () => {
  expect(runProgram(blocks("ts")[0]!)).toBe(blocks("js")[0]);
});

test("the second program gives what its comments say", () => {
  const program = blocks("ts")[1]!
    .replace(/^alert\.render.*$/m, 'console.log(JSON.stringify(alert.render({ first_name: "Ada" })));')
    .replace(/^template\.render.*$/m, "console.log(JSON.stringify(template.render({})));");
  expect(runProgram(program)).toBe('{"title":"Hey, Ada"}\n"YOU"\n');
});

test("the broken alert gives the error shown", async () => {
  const [command, ...shown] = blocks("console")[0]!.split("\n");
  const args = command!.replace("$ npx tocsin ", "").split(" ");
  const { code, stderr } = await tocsin(root, args);
  expect(code).toBe(1);
  expect(stderr).toBe(shown.join("\n"));
});

test("the linter prints what is shown", async () => {
  const [command, ...shown] = blocks("console")[1]!.split("\n");
  const { code, stdout } = await tocsin(root, command!.replace("$ npx tocsin ", "").split(" "));
  expect(code).toBe(1);
  expect(stdout).toBe(shown.join("\n"));
});

test("what is declared in it can be put into force", async () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  try {
    mkdirSync(join(folder, "alerts"));
    const mail = "channels: { mail: { kind: email, host: localhost, from: a@example.com } }\n";
    writeFileSync(join(folder, "tocsin.yaml"), `${blocks("yaml")[0]}${mail}`);
    cpSync(join(root, "examples/alerts/welcome.yaml"), join(folder, "alerts/welcome.yaml"));
    const planned = await tocsin(folder, ["plan"], "", { env: { SHOP_KEY: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" } });
    expect(planned).toEqual({
      code: 0,
      stdout: [
        "+ how profiles are put together is new",
        "+ stream shop is new",
        "+ audience regulars is new: of 0 profiles 0 enter and 0 leave",
        "+ trigger welcome-back is new",
        "+ alarm silent is new",
        "",
      ].join("\n"),
      stderr: "",
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
