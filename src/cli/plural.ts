/** Writes a count with its noun: `1 member`, `1,000 members`. */
export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
