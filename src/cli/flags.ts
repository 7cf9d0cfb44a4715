import { InvalidArgumentError } from "commander";

/** An option that may be given more than once. */
export const collect = (text: string, others: readonly string[]): string[] => [...others, text];

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return count;
}
