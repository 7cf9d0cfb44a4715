import { LimitReached, type Limits } from "./limits.ts";
import type { Numbers } from "./value.ts";

/** Tells a function that asks for it (`define({ context: true })`) about the render that calls it. */
export interface Context {
  /** @throws Error where the option gives no valid Date */
  readonly clock: () => Date;
  /** At least 0, below 1. @throws Error where the option gives anything else */
  readonly random: () => number;
  /** IANA name of the zone that Go calls "Local". */
  readonly timeZone: string;
  /** BCP 47. */
  readonly locale: string;
  readonly numbers: Numbers;
  readonly limits: Limits;
  /** Charges for work before it is done. Throws the error that ends the render at its limit; a function must let it pass. */
  spend(steps: number): void;
  /**
   * Charges for an object that is slow to make and is cached, such as a formatter: `steps`, unless this render named it among
   * its last {@link maxPrepared}. Whether another render has already made the object changes nothing, so the cost is
   * deterministic.
   */
  prepare(name: string, steps: number): void;
  /**
   * Charges for a text or list of that many characters or elements, and refuses it beyond the output limit. Call it before
   * building.
   */
  grow(size: number): void;
}

/** Limits the objects that a render may use before it pays again; caches keep as many. */
export const maxPrepared = 100;

/** Options of a {@link Context}, with their defaults. */
export interface ContextOptions {
  readonly clock: () => Date;
  readonly random: () => number;
  readonly timeZone: string;
  readonly locale: string;
}

export function makeContext(
  { clock, random, timeZone, locale }: ContextOptions,
  numbers: Numbers,
  limits: Limits,
  spend: (steps: number) => void,
): Context {
  const prepared = new Set<string>();
  return {
    clock: () => {
      const now = clock();
      if (!(now instanceof Date) || Number.isNaN(now.getTime())) throw new Error("the clock option gave no valid Date");
      return now;
    },
    random: () => {
      const chance = random();
      if (!(chance >= 0 && chance < 1)) throw new Error("the random option gave no number from 0 up to 1");
      return chance;
    },
    timeZone,
    locale,
    numbers,
    limits,
    spend,
    prepare: (name, steps) => {
      if (prepared.has(name)) return;
      spend(steps);
      if (prepared.size >= maxPrepared) prepared.clear();
      prepared.add(name);
    },
    grow: (size) => {
      if (size > limits.output) throw new LimitReached("output");
      spend(Math.ceil(size / 64));
    },
  };
}

/** Holds random bits for 128 numbers, because asking the platform for each number is slow. */
const pool = new Uint32Array(256);
let used = pool.length;

/** Returns a number from 0 up to 1 with 53 bits from the platform's secure source. */
function secureRandom(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const high = pool[used]!;
  const low = pool[used + 1]!;
  pool.fill(0, used, used + 2); // nobody can read used numbers later
  used += 2;
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
}

/** Checks options and fills in defaults. @throws TypeError for invalid options */
export function checkContextOptions(given: { readonly [S in keyof ContextOptions]?: ContextOptions[S] | undefined }) {
  const { clock = () => new Date(), random = secureRandom, timeZone = "UTC", locale = "en-US" } = given;
  if (typeof clock !== "function") throw new TypeError("the clock is a function that gives a Date");
  if (typeof random !== "function") throw new TypeError("random is a function that gives a number from 0 up to 1");
  // A call of Intl costs more than compiling does, so defaults are not checked.
  if (timeZone !== "UTC" && !isTimeZone(timeZone)) {
    throw new TypeError(`the timeZone is an IANA name such as Europe/Warsaw, not ${String(timeZone)}`);
  }
  if (locale !== "en-US" && !isLocale(locale)) {
    throw new TypeError(`the locale is a BCP 47 tag such as en-US, not ${String(locale)}`);
  }
  return { clock, random, timeZone, locale };
}

function isTimeZone(timeZone: unknown): boolean {
  return typeof timeZone === "string" && succeeds(() => new Intl.DateTimeFormat("en-US", { timeZone }));
}

function isLocale(locale: unknown): boolean {
  return typeof locale === "string" && succeeds(() => Intl.getCanonicalLocales(locale));
}

function succeeds(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}
