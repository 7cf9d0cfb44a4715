/** Linting a whole template, as an editor does at every change: with profiles, and with their shape at hand. */
import { lint, shapeOf } from "../../src/lint/index.ts";
import { race, timed } from "./clock.ts";
import { profiles } from "./profiles.ts";
import { duration, perSecond, printRows } from "./table.ts";
import { templates } from "./texts.ts";

const samples = profiles(20);
const shape = shapeOf(samples);

/** The bench's body again and again, up to about so many characters. */
function textOf(length: number): string {
  return `${templates.body}\n`.repeat(Math.max(1, Math.round(length / templates.body.length)));
}

const short = textOf(2048);
const long = textOf(20_480);
const round = (times: number, run: () => void) => () =>
  timed(times, () => {
    for (let i = 0; i < times; i++) run();
  });

const median = await race(
  {
    short: round(20, () => lint(short, { samples })),
    long: round(2, () => lint(long, { shape })),
  },
  60,
);

printRows(
  { measured: "lint 2 KB with 20 profiles", ours: `${duration(median.short)}, ${perSecond(median.short)}` },
  { target: "≤ 5 ms" },
);
printRows({ measured: "lint 20 KB with a known shape", ours: duration(median.long) }, { target: "≤ 50 ms" });
