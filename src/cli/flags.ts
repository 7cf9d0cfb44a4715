import { InvalidArgumentError } from "commander";

/** Parses an option that may be given more than once. */
export const collect = (text: string, others: readonly string[] = []): string[] => [...others, text];

/** Parses a whole number from 1. @throws InvalidArgumentError */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return count;
}
