import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { afterAll } from "vitest";
import { run } from "../../src/cli/cli.ts";
import type { Io } from "../../src/cli/io.ts";

export class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 80;
  readonly chunks: Buffer[] = [];
  readonly #onOutput: ((text: string) => void) | undefined;

  constructor(isTTY = false, onOutput?: (text: string) => void) {
    super();
    this.isTTY = isTTY;
    this.#onOutput = onOutput;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    this.#onOutput?.(chunk.toString());
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, in a folder of its own. */
export async function tocsin(
  folder: string,
  args: readonly string[],
  stdin: string | Buffer = "",
  { onOutput, ...outside }: Pick<Io, "env" | "untilStopped"> & { readonly onOutput?: (text: string) => void } = {},
): Promise<Outcome> {
  const stdout = new Screen(false, onOutput);
  const stderr = new Screen();
  const stream = Readable.from([Buffer.from(stdin)]);
  const code = await run(args, { stdin: stream, stdout, stderr, cwd: () => folder, ...outside });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const root = mkdtempSync(join(tmpdir(), "tocsin-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder with these files, removed after the tests. */
export function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(root, "files-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
