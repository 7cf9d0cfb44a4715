import { LimitReached, type Limits } from "./limits.ts";
import type { Numbers } from "./value.ts";

/** What a function that asks for it (`define({ context: true })`) knows of the render that calls it. */
export interface Context {
  /** @throws Error where the option gives no valid Date */
  readonly clock: () => Date;
  /** At least 0, below 1. @throws Error where the option gives anything else */
  readonly random: () => number;
  /** IANA name: Go's "Local". */
  readonly timeZone: string;
  /** BCP 47. */
  readonly locale: string;
  readonly numbers: Numbers;
  readonly limits: Limits;
  /** Pays for work, before it is done. Throws what ends the render; a function lets it pass. */
  spend(steps: number): void;
  /**
   * Pays for something that takes long to make and is kept, such as a formatter: `steps` where this render has not named it among
   * the last {@link maxPrepared} before. Whether another render has made it already changes nothing.
   */
  prepare(name: string, steps: number): void;
  /** To be called before a text or list of that many characters or elements is built: refuses beyond the output limit, and pays. */
  grow(size: number): void;
}

/** Limits how many a render may use before it pays again; caches keep as many. */
export const maxPrepared = 100;

/** Where the values of a {@link Context} come from: options with their defaults. */
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

/** Asking the platform takes longer than what it gives for one number: this is enough for 128. */
const pool = new Uint32Array(256);
let used = pool.length;

/** 53 bits from the platform's secure source. */
export function secureRandom(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const high = pool[used]!;
  const low = pool[used + 1]!;
  pool.fill(0, used, used + 2); // nobody finds out later what was given
  used += 2;
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
}

/** @throws TypeError for what makes no sense */
export function checkContextOptions(given: { readonly [S in keyof ContextOptions]?: ContextOptions[S] | undefined }) {
  const { clock = () => new Date(), random = secureRandom, timeZone = "UTC", locale = "en-US" } = given;
  if (typeof clock !== "function") throw new TypeError("the clock is a function that gives a Date");
  if (typeof random !== "function") throw new TypeError("random is a function that gives a number from 0 up to 1");
  // Asking Intl costs more than compiling does, so the defaults are taken for granted.
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
