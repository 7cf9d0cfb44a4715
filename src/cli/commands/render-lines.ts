import type { Line } from "../../base/lines.ts";
import { isBlank, parseProfile, type Rendered, type Report, type Source, toProblem } from "../../files/index.ts";
import type { Numbers } from "../../index.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { createProgress } from "../progress.ts";
import { renderedJson } from "./rendered.ts";

export interface Rendering {
  readonly source: Source;
  readonly renderOne: (profile: unknown) => Rendered;
  /** The file of the profiles, and its size in bytes if that is known. */
  readonly file: string;
  readonly size?: number | undefined;
  readonly numbers: Numbers;
  readonly json?: boolean;
  readonly report: Report;
  readonly io: Io;
}

/** Output is written in pieces of this size, in UTF-16 units. */
const outputSize = 2 ** 16;

/** Renders NDJSON to NDJSON in constant memory. A profile that fails is reported, and does not hold up the others. */
export async function renderLines(batches: AsyncIterable<readonly Line[]>, rendering: Rendering): Promise<ExitCode> {
  const { source, renderOne, file, size, numbers, report, io } = rendering;
  const progress = createProgress(io, size);
  let rendered = 0;
  let aborted = 0;
  let failed = 0;
  for await (const batch of batches) {
    let output = "";
    for (const { number, bytes, end } of batch) {
      if (isBlank(bytes)) continue;
      const place = { file, line: number };
      try {
        const result = renderOne(parseProfile(bytes, place, numbers));
        output += renderedJson(result);
        if (result.aborted === undefined) rendered++;
        else aborted++;
      } catch (error) {
        failed++;
        progress.erase();
        await report(toProblem(error as Error, source, place));
      }
      if (output.length > outputSize) {
        await write(io.stdout, output);
        output = "";
      }
      progress.show(rendered + aborted + failed, end);
    }
    await write(io.stdout, output);
  }
  progress.erase();
  if (failed > 0 || aborted > 0 || io.stderr.isTTY) {
    const counts = aborted > 0 ? { rendered, aborted, failed } : { rendered, failed };
    const text = Object.entries(counts).map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
    await write(io.stderr, `${rendering.json ? JSON.stringify(counts) : text.join(", ")}\n`);
  }
  return failed > 0 ? 1 : 0;
}
