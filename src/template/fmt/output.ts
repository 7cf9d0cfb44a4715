import { joinBytes, runeCount } from "../../../grammar/index.ts";
import { LimitReached } from "../limits.ts";
import type { Payer } from "../pay.ts";
import type { Numbers } from "../value.ts";
import type { Printing } from "./printing.ts";
import type { Spec } from "./spec.ts";

const pieceLength = 4096;

/**
 * Matches everything, which makes V8 flatten a text: V8 keeps `a + b` as a tree, with 32 bytes for each `+`, until a match
 * needs one string.
 */
const flatten = /^$/;

/** Collects the text that one call builds, within its budget. */
export class Output {
  #done = "";
  #recent = "";
  /** Characters that may still be written. */
  left: number;
  readonly numbers: Numbers;
  readonly depth: number;
  readonly payer: Payer | undefined;
  /** Inside `%!d(type=value)`, where Go does not call a value's methods. */
  erroring = false;

  constructor(printing: Printing) {
    this.left = printing.output;
    this.numbers = printing.numbers;
    this.depth = printing.depth;
    this.payer = printing.payer;
  }

  write(text: string): void {
    this.left -= text.length;
    if (this.left < 0) throw new LimitReached("output");
    this.#recent += text;
    if (this.#recent.length > pieceLength) {
      flatten.test(this.#recent);
      this.#done += this.#recent;
      this.#recent = "";
    }
  }

  get text(): string {
    return this.#done + this.#recent;
  }

  /** Checks the budget; call it before building that many characters. */
  reserve(chars: number): void {
    if (chars > this.left) throw new LimitReached("output");
  }

  /** Pads. Go pads everything with zeros under the `0` flag, including words; where it does not, `zero` is false. */
  fill(count: number, spec: Spec, zero = spec.zero): void {
    if (count <= 0) return;
    this.reserve(count);
    this.write((zero && !spec.minus ? "0" : " ").repeat(count));
  }

  padded(text: string, spec: Spec, zero = spec.zero): void {
    if (spec.width === 0) {
      this.write(text);
      return;
    }
    const whole = joinBytes(text);
    const count = spec.width - runeCount(whole);
    if (!spec.minus) this.fill(count, spec, zero);
    this.write(whole);
    if (spec.minus) this.fill(count, spec, zero);
  }
}
