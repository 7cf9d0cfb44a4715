import { Content } from "./value.ts";

/**
 * Charges for work. In: the payer, and the value that is about to be processed. Every function pays for the size of its
 * arguments and result, here and nowhere else; a function that does more than read them once pays for the rest itself, before
 * doing it.
 */

/** Takes the charges; a render does. */
export interface Payer {
  spend(steps: number): void;
}

/** Characters or elements for one step, as a power of two: 64. */
const shift = 6;

/** Characters for one step in a text with raw bytes (`grammar/bytes.ts`), which is processed byte by byte: 4. */
const rawShift = 2;

/**
 * Charges for a text by its characters, for a list by its elements. Keys of a map are paid for by the code that lists them.
 * Short values are free.
 */
export function payForSize(payer: Payer, value: unknown): void {
  if (typeof value === "string") {
    if (value.length >= 1 << rawShift) payForText(payer, value);
  } else if (typeof value === "object" && value !== null) payForList(payer, value);
}

function payForText(payer: Payer, text: string): void {
  const steps = text.length >> (text.isWellFormed() ? shift : rawShift);
  if (steps > 0) payer.spend(steps);
}

function payForList(payer: Payer, value: object): void {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const { length } = value as ArrayLike<unknown>;
    if (length >= 1 << shift) payer.spend(length >> shift);
  } else if (value instanceof Set) payer.spend(value.size >> shift);
  else if (value instanceof Content) payForSize(payer, value.text);
}
