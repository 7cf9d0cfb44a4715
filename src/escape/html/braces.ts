/**
 * Counts open braces, with one count for each open `${…}`. Behaves as a Go slice with the same consequences: copied contexts
 * share their counts, and one that grows within its capacity overwrites what another sees. There are templates whose outcome
 * depends on it.
 */
export interface Braces {
  /** Its length is the capacity. */
  readonly counts: number[];
  readonly length: number;
}

export const depthOf = (braces: Braces | undefined): number => braces?.length ?? 0;

/** Counts a brace of the innermost `${…}`. @returns how many are open now */
export function addBrace({ counts, length }: Braces, change: 1 | -1): number {
  counts[length - 1]! += change;
  return counts[length - 1]!;
}

export function openBraces(braces: Braces | undefined): Braces {
  const { counts, length } = braces ?? { counts: [], length: 0 };
  const room = length < counts.length ? counts : [...counts, ...Array<number>(Math.max(1, length)).fill(0)];
  room[length] = 0;
  return { counts: room, length: length + 1 };
}

export const closeBraces = ({ counts, length }: Braces): Braces => ({ counts, length: length - 1 });

export function cloneBraces(braces: Braces | undefined): Braces | undefined {
  if (!braces) return undefined;
  const { counts, length } = braces;
  const spare = length > 4 && length % 2 === 1 ? [0] : []; // memory is allocated in units of two words
  return { counts: [...counts.slice(0, length), ...spare], length };
}

const listed = (braces: Braces | undefined): string => (braces ? braces.counts.slice(0, braces.length).join(" ") : "");

export const sameBraces = (a: Braces | undefined, b: Braces | undefined): boolean => a === b || listed(a) === listed(b);

export const printBraces = (braces: Braces | undefined): string => `[${listed(braces)}]`;
