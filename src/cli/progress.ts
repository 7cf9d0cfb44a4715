import { type Io, redraw } from "./io.ts";

export interface Progress {
  /** Redraws the line. @param bytes of the file that have been read */
  show(count: number, bytes: number): void;
  /** Erases the line, before anything else is written to the screen. */
  erase(): void;
}

export interface ProgressOptions {
  /** Shows progress even if the results go to the terminal. @default false */
  readonly always?: boolean;
  /** The noun for what is counted. @default "profiles" */
  readonly what?: string;
  /** Counts what was done before, which does not count for the speed. @default nothing */
  readonly from?: { readonly count: number; readonly bytes: number };
  /** Returns the time in ms. */
  readonly now?: () => number;
}

const redrawEvery = 100;
const barWidth = 20;

/** Makes a progress line on the error output; it stays empty if that is no terminal, or if the results go to the terminal, too. */
export function createProgress(
  { stderr, stdout }: Io,
  size: number | undefined,
  {
    always = false,
    what = "profiles",
    from = { count: 0, bytes: 0 },
    now = () => performance.now(),
  }: ProgressOptions = {},
): Progress {
  if (!stderr.isTTY || (stdout.isTTY && !always)) return { show() {}, erase() {} };
  const started = now();
  let drawn = started;
  let isDrawn = false;
  return {
    show(count, bytes) {
      const time = now();
      if (time - drawn < redrawEvery) return;
      drawn = time;
      isDrawn = true;
      redraw(stderr, line(count, bytes, (time - started) / 1000).slice(0, (stderr.columns || 80) - 1));
    },
    erase() {
      if (isDrawn) redraw(stderr, "");
      isDrawn = false;
    },
  };

  function line(count: number, bytes: number, seconds: number): string {
    const done = `${count.toLocaleString("en")} ${what}, ${Math.round((count - from.count) / seconds).toLocaleString("en")}/s`;
    if (!size) return done;
    const part = Math.min(1, bytes / size);
    const left = Math.ceil((seconds * (1 - part)) / (part - Math.min(1, from.bytes / size)));
    const bar = "#".repeat(Math.round(part * barWidth)).padEnd(barWidth, "-");
    if (!Number.isFinite(left)) return `[${bar}] ${Math.floor(part * 100)}%  ${done}`;
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    return `[${bar}] ${Math.floor(part * 100)}%  ${done}, ${clock} left`;
  }
}
