import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { folderOf } from "./harness.ts";

const main = join(import.meta.dirname, "../../src/cli/main.ts");
const folder = folderOf({
  "t.tmpl": "Hey, {{ .first_name }} {{ .text }}\n",
  "broken.tmpl": "{{ .first_name",
  "p.json": '{"first_name":"Zoë","text":"✓"}',
});

function start(args: readonly string[], nodeArgs: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, main, "render", ...args], { cwd: folder });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, ended };
}

async function output(args: readonly string[], stdin = "") {
  const { child, ended } = start(args);
  child.stdin.end(stdin);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

async function writeProfiles(count: number, fieldLength: number): Promise<void> {
  const profile = JSON.stringify({ first_name: "Zoë", text: "x".repeat(fieldLength) });
  const lines = Readable.from(
    (function* () {
      for (let i = 0; i < count; i += 100) yield `${profile}\n`.repeat(100);
    })(),
  );
  await pipeline(lines, createWriteStream(join(folder, "many.ndjson")));
}

test("exit codes and streams", async () => {
  expect(await output(["t.tmpl", "--profile", "p.json"])).toEqual({ code: 0, stdout: "Hey, Zoë ✓\n", stderr: "" });
  expect(await output(["-"], "{{ 1 }}")).toEqual({ code: 0, stdout: "1", stderr: "" });
  expect(await output(["broken.tmpl"])).toMatchObject({ code: 1, stdout: "" });
  expect(await output(["--nope"])).toMatchObject({ code: 2, stdout: "" });
});

test("50,000 profiles of 2 kB pass through a heap of 64 MB", async () => {
  await writeProfiles(50_000, 2000);
  const { child, ended } = start(["t.tmpl", "--profile", "many.ndjson"], ["--max-old-space-size=64"]);
  let newlines = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", at + 1)) newlines++;
  }
  expect({ code: await ended, newlines }).toEqual({ code: 0, newlines: 50_000 });
});

test("a reader that has seen enough ends it quietly", async () => {
  await writeProfiles(5000, 2000);
  const { child, ended } = start(["t.tmpl", "--profile", "many.ndjson"]);
  child.stdout.once("data", () => child.stdout.destroy());
  expect({ stderr: await text(child.stderr), code: await ended }).toEqual({ stderr: "", code: 0 });
});
