import { type Profiler, Session } from "node:inspector";
import { setFlagsFromString } from "node:v8";

/**
 * Counts what a function does, without a clock: the same input gives the same count on a busy machine and an idle one. A step is
 * a block of ours or of a library that V8 ran (precise coverage), or a character or element that a built-in went over.
 *
 * What it cannot see: how far a regular expression went back (`test/hostile/regexps.test.ts` holds that this is not far), how
 * far a sticky or anchored one looked before it gave up, and comparing strings with `===`.
 */
export interface Steps {
  readonly total: number;
  /** By function of a file, as `walk.ts find`, and by built-in, as `String indexOf`. */
  readonly by: ReadonlyMap<string, number>;
}

/** Counts the steps of a synchronous function. What it throws is its result, as for templates that do not parse. */
export function countSteps(run: () => unknown): Steps {
  session ??= startCounting();
  const by = new Map<string, number>();
  takeCounts(session);
  const restore = watchBuiltIns(by);
  try {
    run();
  } catch {
    // The steps up to there are what is asked for.
  } finally {
    restore();
  }
  for (const { url, functions } of takeCounts(session)) {
    if (url === "" || url.startsWith("node:") || url.endsWith("/test/growth.ts")) continue;
    const file = url.slice(url.lastIndexOf("/") + 1);
    for (const { functionName, ranges } of functions) {
      // A block that branches, returns or loops is a range of its own.
      let count = 0;
      for (const range of ranges) count += range.count;
      if (count > 0) add(by, `${file} ${functionName}`, count);
    }
  }
  let total = 0;
  for (const count of by.values()) total += count;
  return { total, by };
}

/** Kept, since V8 forgets what it made fast each time that counting starts. */
let session: Session | undefined;

function startCounting(): Session {
  const started = new Session();
  started.connect();
  started.post("Profiler.enable");
  started.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return started;
}

/** Counts what ran since the last call; in one thread the response comes before `post` returns. */
function takeCounts(from: Session): Profiler.ScriptCoverage[] {
  let counts: Profiler.ScriptCoverage[] = [];
  from.post("Profiler.takePreciseCoverage", (failure, { result }) => {
    if (failure) throw failure;
    counts = result;
  });
  return counts;
}

/** Describes how the work grows with the input. */
export interface Growth {
  /** What the second doubling adds by what the first one adds: 2 is linear, 4 quadratic. */
  readonly factor: number;
  /** Names what grew most between the two, to find the cause. */
  readonly most: string;
}

/**
 * Measures how the steps of `run` grow from `n` over `2n` to `4n`; `make` gives the input of a size. What is set up once
 * (tables, caches) is out of the way after a first run.
 */
export function growthOf<T>(n: number, make: (n: number) => T, run: (input: T) => unknown): Growth {
  countSteps(() => run(make(n)));
  const [first, twice, four] = [n, 2 * n, 4 * n].map((size) => {
    const input = make(size);
    return countSteps(() => run(input));
  }) as [Steps, Steps, Steps];
  const most = [...four.by]
    .map(([name, count]) => ({ name, count, before: twice.by.get(name) ?? 0 }))
    .sort((a, b) => b.count - b.before - (a.count - a.before))
    .slice(0, 5)
    .map(({ name, count, before }) => `${name}: ${before} → ${count}`);
  // A small input may cost more than its share, and a larger one reach a cap that it did not: then the whole is compared.
  const whole = four.total / twice.total;
  const isPlain = twice.total <= first.total || whole < 2.1;
  const factor = isPlain ? whole : (four.total - twice.total) / (twice.total - first.total);
  return { factor, most: most.join("; ") };
}

function add(to: Map<string, number>, name: string, count: number): void {
  mapSet.call(to, name, (mapGet.call(to, name) ?? 0) + count);
}

const mapGet = Map.prototype.get;
const mapSet = Map.prototype.set;

setFlagsFromString("--allow-natives-syntax");
/** A string that was put together of others is copied once something looks into it. */
const isFlat = new Function("text", "return %StringIsFlat(text)") as (text: string) => boolean;
setFlagsFromString("--no-allow-natives-syntax");

type Method = (this: never, ...args: never[]) => unknown;

/** Estimates how many characters or elements a call visits, from its receiver, arguments and result. */
type Cost = (self: never, args: never, result: never) => number;

const whole: Cost = ({ length }: { length: number }) => length;
const found: Cost = (self: { length: number }, [, from = 0]: [unknown, number?], result: number | boolean) =>
  typeof result === "number" && result >= 0 ? Math.abs(result - from) : self.length;
const given: Cost = (_, __, result: { length: number } | null) => result?.length ?? 1;
const trimmed: Cost = (self: string, _, result: string) => self.length - result.length + 1;
const foundBefore: Cost = (self: string, [, from = self.length]: [unknown, number?], result: number) => from - result;
const foundIn: Cost = (self: readonly unknown[], [wanted, from = 0]: [unknown, number?]) => {
  const at = arrayIndexOf.call(self, wanted, from);
  return at < 0 ? self.length : at - from;
};
const moved: Cost = (self: { length: number }, [from = 0]: [number?]) => Math.max(1, self.length - from);
const arrayIndexOf = Array.prototype.indexOf;

const costs: readonly (readonly [name: string, of: object, costs: Readonly<Record<string, Cost>>])[] = [
  [
    "String",
    String.prototype,
    {
      ...{ indexOf: found, includes: whole, search: found, lastIndexOf: foundBefore, split: whole, concat: given },
      ...{ slice: () => 1, substring: () => 1, startsWith: () => 1, endsWith: () => 1, charCodeAt: () => 0 },
      ...{ codePointAt: () => 0, at: () => 0, padStart: given, padEnd: given, repeat: given, localeCompare: whole },
      ...{ trim: trimmed, trimStart: trimmed, trimEnd: trimmed, toWellFormed: whole, isWellFormed: whole },
      ...{ normalize: whole, toLowerCase: whole, toUpperCase: whole, replace: given, replaceAll: given },
      [Symbol.iterator]: () => 1,
    } as Record<string, Cost>,
  ],
  [
    "Array",
    Array.prototype,
    {
      ...{ includes: foundIn, indexOf: found, lastIndexOf: whole, join: given, slice: given, concat: given },
      ...{ splice: moved, shift: whole, unshift: whole, reverse: whole, sort: whole, fill: whole, flat: given },
    },
  ],
  ["JSON", JSON, { parse: (_, [text]: [string]) => text.length, stringify: given }],
];

/** Counts into `by` what built-ins go over. @returns what makes them as they were */
function watchBuiltIns(by: Map<string, number>): () => void {
  const undo: (() => void)[] = [];
  let isOurs = false;
  const wrap = (of: object, key: string | symbol, make: (original: Method) => Method): void => {
    const before = Object.getOwnPropertyDescriptor(of, key)!;
    Object.defineProperty(of, key, { ...before, value: make(before.value) });
    undo.push(() => Object.defineProperty(of, key, before));
  };
  /** Nothing that counting does is counted. */
  const count = (name: string, steps: () => number): void => {
    if (isOurs) return;
    isOurs = true;
    add(by, name, steps());
    isOurs = false;
  };
  const copied = (text: unknown): number => (typeof text === "string" && !isFlat(text) ? text.length : 0);
  for (const [name, of, methods] of costs) {
    for (const key of Reflect.ownKeys(methods)) {
      const cost = methods[key as string]!;
      wrap(of, key, (original) => {
        return function (this: never, ...args: never[]) {
          if (isOurs) return original.apply(this, args);
          let copies = 0;
          count(`${name} (copied)`, () => {
            copies = copied(this);
            return copies;
          });
          const result = original.apply(this, args);
          count(`${name} ${String(key)}`, () => cost(this, args as never, result as never));
          return result;
        };
      });
    }
  }
  wrap(RegExp.prototype, "exec", (original) => {
    return function (this: never, ...args: never[]) {
      const { lastIndex, sticky, global, source } = this as RegExp;
      const text = args[0] as unknown as string;
      count("String (copied)", () => copied(text));
      const from = sticky || global ? lastIndex : 0;
      const result = original.apply(this, args) as RegExpExecArray | null;
      const fails = sticky || source.startsWith("^") ? 1 : String(text).length - from;
      count(`RegExp ${source}`, () => Math.max(1, result ? result.index + result[0].length - from : fails));
      return result;
    };
  });
  for (const [name, of, keys] of [
    ["Map", Map.prototype, ["get", "set", "has"]],
    ["Set", Set.prototype, ["add", "has"]],
  ] as const) {
    for (const key of keys) {
      wrap(of, key, (original) => {
        return function (this: never, ...args: never[]) {
          count(`${name} (key copied)`, () => copied(args[0]));
          return original.apply(this, args);
        };
      });
    }
  }
  for (const [name, of] of [
    ["Array", Array.prototype],
    ["Set", Set.prototype],
    ["Map", Map.prototype],
  ] as const) {
    wrap(of, Symbol.iterator, (original) => {
      return function (this: never) {
        const iterator = original.call(this) as Iterator<unknown>;
        if (isOurs) return iterator;
        return Object.assign(Object.create(iteratorPrototype), {
          next: () => {
            count(`${name} (iterated)`, () => 1);
            return iterator.next();
          },
        });
      };
    });
  }
  return () => {
    isOurs = true;
    for (const one of undo) one();
  };
}

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
