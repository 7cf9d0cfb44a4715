import { PassThrough, Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Line, maxLineLength, readLines } from "../../src/base/lines.ts";
import { run } from "../../src/cli/cli.ts";
import { createProgress } from "../../src/cli/progress.ts";
import { folderOf, Screen } from "./harness.ts";

async function linesOf(chunks: Iterable<Buffer | string>): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const batch of readLines(Readable.from(chunks))) lines.push(...batch);
  return lines;
}

describe("lines", () => {
  const lines = async (...chunks: string[]) =>
    (await linesOf(chunks)).map(({ number, bytes, end }) => [number, bytes?.toString(), end]);

  test("over chunk borders", async () => {
    expect(await lines("a", "b\nc", "\n\nd")).toEqual([
      [1, "ab", 3],
      [2, "c", 5],
      [3, "", 6],
      [4, "d", 7],
    ]);
    expect(await lines()).toEqual([]);
    expect(await lines("\n")).toEqual([[1, "", 1]]);
  });

  test("one that is too long is not held, and the next is read", async () => {
    const chunk = Buffer.alloc(maxLineLength / 8, "x");
    const found = await linesOf([...Array(9).fill(chunk), "\nnext"]);
    expect(found.map(({ bytes }) => bytes?.toString())).toEqual([undefined, "next"]);
  });
});

test("a reader that stops slows the input down", async () => {
  const folder = folderOf({ "t.tmpl": "{{ .a }}" });
  const chunks = 1000;
  let read = 0;
  const stdin = Readable.from(
    (function* () {
      for (; read < chunks; read++) yield Buffer.from(`{"a":"${"x".repeat(1000)}"}\n`.repeat(64));
    })(),
    { objectMode: false },
  );
  let open: () => void = () => {};
  let closed = true;
  let bytes = 0;
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (closed) open = done;
      else done();
    },
  });
  const ended = run(["render", "t.tmpl", "--profile", "-"], { stdin, stdout, stderr: new Screen(), cwd: () => folder });
  while (bytes === 0) await setImmediate();
  for (let i = 0; i < 1000; i++) await setImmediate();
  expect(read).toBeLessThan(20);
  closed = false;
  open();
  expect(await ended).toBe(0);
  expect(bytes).toBe(chunks * 64 * (1000 + '{"text":""}\n'.length));
});

describe("progress", () => {
  const bar = (size: number | undefined, stdoutIsTerminal = false) => {
    const stderr = new Screen(true);
    const clock = { time: 0 };
    const io = { stdin: new PassThrough(), stdout: new Screen(stdoutIsTerminal), stderr };
    return { stderr, clock, progress: createProgress(io, size, { now: () => clock.time }) };
  };

  test("a bar with the time left, redrawn ten times a second and erased", () => {
    const { stderr, clock, progress } = bar(1000);
    progress.show(1, 1);
    expect(stderr.text).toBe("");
    clock.time = 2000;
    progress.show(2400, 250);
    clock.time = 2050;
    progress.show(2401, 251);
    progress.erase();
    progress.erase();
    expect(stderr.text).toBe("\r\x1b[K[#####---------------] 25%  2,400 profiles, 1,200/s, 0:06 left\r\x1b[K");
  });

  test("only a count without a size", () => {
    const { stderr, clock, progress } = bar(undefined);
    clock.time = 1000;
    progress.show(1200, 250);
    expect(stderr.text).toBe("\r\x1b[K1,200 profiles, 1,200/s");
  });

  test("none when the results go to the terminal", () => {
    const { stderr, clock, progress } = bar(1000, true);
    clock.time = 1000;
    progress.show(1, 1);
    expect(stderr.text).toBe("");
  });
});
