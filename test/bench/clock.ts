/** One round of a competitor; gives the ns that each operation took. */
export type Round = () => number | Promise<number>;

/**
 * The median of each over many rounds. They take turns, so that what disturbs the machine disturbs all.
 * The first tenth of the rounds is warm-up and does not count.
 */
export async function race<Name extends string>(
  competitors: Readonly<Record<Name, Round>>,
  rounds: number,
): Promise<Record<Name, number>> {
  const times = new Map<Name, number[]>();
  const names = Object.keys(competitors) as Name[];
  for (const name of names) times.set(name, []);
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const name of names) {
      const time = await competitors[name]();
      if (round >= 0) times.get(name)!.push(time);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<Name, number>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** ns that each of `operations` took. */
export function timed(operations: number, run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / operations;
}

const last = { read: 0 };

/** What V8 has only noted to join becomes a string when it is read: work that is part of making it. */
export function read(text: string): void {
  last.read = text.charCodeAt(text.length >> 1);
}
