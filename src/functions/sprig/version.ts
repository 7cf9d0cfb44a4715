import { compareBytes } from "../../../grammar/index.ts";
import { define, type GoType, goType, SizedInt, Struct } from "../../template/index.ts";

/** Reads and compares semantic versions as the Go package Masterminds/semver (3.2). */

const part = "[0-9A-Za-z\\-]+";
const suffixes = `(-(${part}(\\.${part})*))?(\\+(${part}(\\.${part})*))?`;
const versionPattern = new RegExp(`^v?([0-9]+)(\\.[0-9]+)?(\\.[0-9]+)?${suffixes}$`);

export class Version extends Struct {
  readonly #numbers: readonly [bigint, bigint, bigint];
  readonly #prerelease: string;
  readonly #metadata: string;
  readonly #original: string;
  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: string, metadata: string, original: string) {
    super();
    this.#numbers = numbers;
    this.#prerelease = prerelease;
    this.#metadata = metadata;
    this.#original = original;
  }
  get numbers(): readonly [major: bigint, minor: bigint, patch: bigint] {
    return this.#numbers;
  }
  get prerelease(): string {
    return this.#prerelease;
  }
  get metadata(): string {
    return this.#metadata;
  }
  get original(): string {
    return this.#original;
  }
  get [goType](): GoType<Version> {
    return versionType;
  }
  override toString(): string {
    const suffix = `${this.#prerelease && `-${this.#prerelease}`}${this.#metadata && `+${this.#metadata}`}`;
    return this.#numbers.join(".") + suffix;
  }
}

const number = (index: 0 | 1 | 2) => (version: Version) =>
  define({ params: [] }, () => new SizedInt("uint64", version.numbers[index]));
const text = (of: (version: Version) => string) => (version: Version) => define({ params: [] }, () => of(version));
const compared = (test: (order: number) => boolean | number) => (version: Version) =>
  define({ params: ["any"], returns: "int" }, (other) => {
    if (!(other instanceof Version)) throw new Error("the other one is no version");
    return test(compare(version, other));
  });

/** Returns the next version: counts up the number at `index`, whether or not a prerelease precedes it. */
const next = (index: 0 | 1 | 2) => (version: Version) =>
  define({ params: [] }, () => {
    const [major, minor, patch] = version.numbers;
    const same = index === 2 && version.prerelease !== "";
    const numbers = ([[major + 1n, 0n, 0n], [major, minor + 1n, 0n], [major, minor, same ? patch : patch + 1n]] as const)[index]; // biome-ignore format: one line
    return new Version(numbers, "", "", `${version.original.startsWith("v") ? "v" : ""}${numbers.join(".")}`);
  });

const versionType: GoType<Version> = {
  name: "*semver.Version",
  text: String,
  methods: {
    Compare: compared((order) => order),
    Equal: compared((order) => order === 0),
    GreaterThan: compared((order) => order > 0),
    IncMajor: next(0),
    IncMinor: next(1),
    IncPatch: next(2),
    LessThan: compared((order) => order < 0),
    Major: number(0),
    Metadata: text((version) => version.metadata),
    Minor: number(1),
    Original: text((version) => version.original),
    Patch: number(2),
    Prerelease: text((version) => version.prerelease),
    String: text(String),
  },
};

/** Parses a version. @throws Error with Go's words */
export function parseVersion(source: string): Version {
  const found = versionPattern.exec(source);
  if (!found) throw new Error("Invalid Semantic Version");
  const [, major = "", minor = ".0", patch = ".0", , prerelease = "", , , metadata = ""] = found;
  const numbers = [major, minor.slice(1), patch.slice(1)].map((digits) => {
    const significant = digits.replace(/^0+/, "") || "0";
    if (significant.length <= 20 && BigInt(significant) < 2n ** 64n) return BigInt(significant);
    throw new Error(`Error parsing version segment: strconv.ParseUint: parsing "${digits}": value out of range`);
  }) as [bigint, bigint, bigint];
  for (const piece of prerelease.split(".")) {
    if (/^0[0-9]+$/.test(piece)) throw new Error("Version segment starts with 0");
  }
  return new Version(numbers, prerelease, metadata, source);
}

export function compare(a: Version, b: Version): number {
  for (const [i, n] of a.numbers.entries()) if (n !== b.numbers[i]) return n < b.numbers[i]! ? -1 : 1;
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === "") return 1;
  return b.prerelease === "" ? -1 : comparePrereleases(a.prerelease, b.prerelease);
}

export function comparePrereleases(a: string, b: string): number {
  const [x, y] = [a.split("."), b.split(".")];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const order = compareParts(x[i] ?? "", y[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const [x, y] = [uint64(a), uint64(b)];
  if (x === undefined && y === undefined) return compareBytes(a, b) > 0 ? 1 : -1;
  if (y === undefined) return -1;
  if (x === undefined) return 1;
  return x > y ? 1 : -1;
}

function uint64(text: string): bigint | undefined {
  if (!/^[0-9]{1,400}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < 2n ** 64n ? value : undefined;
}
