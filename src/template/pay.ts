import { Content } from "./value.ts";

/**
 * What work costs. In: whoever pays, and what is about to be worked on. Every function pays for the size of what it is given and
 * of what it gives, here and nowhere else; one that does more than go through that once pays for the rest itself, before it does it.
 */

/** Takes the charges: a render. */
export interface Payer {
  spend(steps: number): void;
}

/** Characters or elements that a step pays for, as a power of two: 64. */
const shift = 6;

/** Of a text with raw bytes (`grammar/bytes.ts`), which has to be taken apart byte by byte: 4. */
const rawShift = 2;

/** Pays for a text by its characters, for a list by its elements; whoever lists the keys of a map pays for them then. Short ones are free. */
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
