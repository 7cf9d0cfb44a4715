import type { Context } from "../../template/index.ts";
import { compileRegexp } from "../regexp.ts";
import { compare, comparePrereleases, parseVersion, type Version } from "./version.ts";

/**
 * Parses and checks constraints on versions: `>= 1.2, < 2 || ^3.1`. Go: Masterminds/semver 3.2, whose patterns also accept
 * some malformed constraints.
 */

interface Constraint {
  readonly operator: string;
  readonly version: Version;
  /** Tells whether some number from the minor one on, or only the patch, is an `x` or missing. */
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

const part = "[0-9A-Za-z\\-]+";
const version =
  "v?([0-9|x|X|\\*]+)(\\.[0-9|x|X|\\*]+)?(\\.[0-9|x|X|\\*]+)?" +
  `(-(${part}(\\.${part})*))?(\\+(${part}(\\.${part})*))?`;
const operators = "=||!=|>|<|>=|=>|<=|=<|~|~>|\\^";
const patterns = {
  one: `^\\s*(${operators})\\s*(${version})\\s*$`,
  range: `\\s*(${version})\\s+-\\s+(${version})\\s*`,
  each: `(${operators})\\s*(${version})`,
  all: `^(\\s*(${operators})\\s*(${version})\\s*)((?:\\s+|,\\s*)(${operators})\\s*(${version})\\s*)*$`,
};

/** Parses alternatives; the constraints of each must all hold. @throws Error with Go's words */
export function parseConstraints(context: Context, source: string): Constraint[][] {
  const regexp = (name: keyof typeof patterns) => compileRegexp(patterns[name], context);
  let text = source;
  for (const [whole = "", from = "", ...rest] of regexp("range").allGroups(source)) {
    text = text.replace(whole, () => `>= ${from}, <= ${rest[9] ?? ""}`);
  }
  return text.split("||").map((alternative) => {
    if (!regexp("all").matches(alternative)) throw new Error(`improper constraint: ${alternative}`);
    const found = regexp("each").findAll(alternative, -1);
    return (found.length === 0 ? [alternative] : found).map((one) => parseConstraint(one, regexp("one").groups(one)));
  });
}

const isX = (text: string): boolean => /^[xX*]?$/.test(text.replace(/^\./, ""));

function parseConstraint(source: string, groups: string[] | undefined): Constraint {
  if (!groups) throw new Error(`improper constraint: ${source}`);
  const [, operator = "", whole = "", major = "", minor = "", patch = "", prerelease = ""] = groups;
  const given = { operator, dirty: true, minorDirty: false, patchDirty: false };
  if (isX(major)) return { ...given, version: read(`0.0.0${prerelease}`) };
  if (isX(minor)) return { ...given, minorDirty: true, version: read(`${major}.0.0${prerelease}`) };
  if (isX(patch)) return { ...given, patchDirty: true, version: read(`${major}${minor}.0${prerelease}`) };
  return { ...given, dirty: false, version: read(whole) };
}

function read(source: string): Version {
  try {
    return parseVersion(source);
  } catch {
    throw new Error("constraint Parser Error");
  }
}

export const fits = (one: Version, alternatives: readonly Constraint[][]): boolean =>
  alternatives.some((constraints) => constraints.every((constraint) => check(one, constraint)));

/** Checks a version. A version with a prerelease only fits a constraint that has one. */
function check(v: Version, c: Constraint): boolean {
  const unwanted = v.prerelease !== "" && c.version.prerelease === "";
  if (unwanted && (c.operator !== "!=" || c.dirty)) return false;
  switch (c.operator) {
    case "!=":
      return differs(v, c);
    case ">":
      return isGreater(v, c);
    case "<":
      return compare(v, c.version) < 0;
    case ">=":
    case "=>":
      return compare(v, c.version) >= 0;
    case "<=":
    case "=<":
      return isNotGreater(v, c);
    case "~":
    case "~>":
      return isNear(v, c);
    case "^":
      return isCompatible(v, c);
    default:
      return c.dirty ? isNear(v, c) : compare(v, c.version) === 0;
  }
}

function differs(v: Version, c: Constraint): boolean {
  if (!c.dirty) return compare(v, c.version) !== 0;
  const [major, minor, patch] = v.numbers;
  const [cMajor, cMinor, cPatch] = c.version.numbers;
  if (major !== cMajor) return true;
  if (minor !== cMinor && !c.minorDirty) return true;
  if (c.minorDirty) return false;
  if (patch !== cPatch && !c.patchDirty) return true;
  if (c.patchDirty) return comparePrereleases(v.prerelease, c.version.prerelease) !== 0;
  return compare(v, c.version) !== 0;
}

function isGreater(v: Version, c: Constraint): boolean {
  if (!c.dirty) return compare(v, c.version) === 1;
  const [major, minor] = v.numbers;
  const [cMajor, cMinor] = c.version.numbers;
  if (major !== cMajor) return major > cMajor;
  if (c.minorDirty) return false;
  return c.patchDirty ? minor > cMinor : compare(v, c.version) === 1;
}

function isNotGreater(v: Version, c: Constraint): boolean {
  if (!c.dirty) return compare(v, c.version) <= 0;
  const [major, minor] = v.numbers;
  const [cMajor, cMinor] = c.version.numbers;
  return major < cMajor || (major === cMajor && (minor <= cMinor || c.minorDirty));
}

function isNear(v: Version, c: Constraint): boolean {
  if (compare(v, c.version) < 0) return false;
  const [major, minor] = v.numbers;
  const [cMajor, cMinor, cPatch] = c.version.numbers;
  if (cMajor === 0n && cMinor === 0n && cPatch === 0n && !c.minorDirty && !c.patchDirty) return true;
  return major === cMajor && (minor === cMinor || c.minorDirty);
}

function isCompatible(v: Version, c: Constraint): boolean {
  if (compare(v, c.version) < 0) return false;
  const [major, minor, patch] = v.numbers;
  const [cMajor, cMinor, cPatch] = c.version.numbers;
  if (cMajor > 0n || c.minorDirty) return major === cMajor;
  if (major > 0n) return false;
  if (cMinor > 0n || c.patchDirty) return minor === cMinor;
  return minor === 0n && patch === cPatch;
}
