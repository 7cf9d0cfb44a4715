/** What is measured and how we do; a scenario prints its rows to standard output, everything else to standard error. */
export interface Measurement {
  readonly measured: string;
  readonly ours: string;
}

/** With whom that is compared, how they do, and what we are after. */
export interface Comparison {
  readonly peer?: string;
  readonly theirs?: string;
  readonly ratio?: string;
  readonly target?: string;
}

export const header = `| measured | tocsin | compared with | | ratio | target |
| --- | ---: | --- | ---: | ---: | ---: |`;

/** A row for each comparison; the first also says what is measured. */
export function printRows({ measured, ours }: Measurement, ...comparisons: readonly Comparison[]): void {
  let first = `| ${measured} | ${ours} |`;
  for (const { peer = "", theirs = "", ratio = "", target = "" } of comparisons) {
    console.log(`${first} ${peer} | ${theirs} | ${ratio} | ${target} |`);
    first = "| | |";
  }
}

/** A peer that was timed, too. */
export function beside(peer: string, ours: number, theirs: number, target = ""): Comparison {
  return { peer, theirs: duration(theirs), ratio: ratioOf(ours, theirs), target };
}

/** `2.1 µs`, with three digits at most. */
export function duration(ns: number): string {
  if (ns >= 1e6) return `${digits(ns / 1e6)} ms`;
  return ns >= 1e3 ? `${digits(ns / 1e3)} µs` : `${digits(ns)} ns`;
}

const digits = (n: number): string => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2));

/** `480,000/s` */
export const perSecond = (ns: number): string => `${thousands(Number((1e9 / ns).toPrecision(3)))}/s`;

export const thousands = (n: number): string => n.toLocaleString("en-US", { maximumFractionDigits: 0 });

/** Their time over ours, said so that it is never below 1. */
function ratioOf(ours: number, theirs: number): string {
  return theirs >= ours ? `${digits(theirs / ours)}× faster` : `${digits(ours / theirs)}× slower`;
}
