import { type Context, define, type FunctionSet } from "../../template/index.ts";
import { fits, parseConstraints } from "./constraints.ts";
import { parseVersion } from "./version.ts";

/** Implements the functions of semantic versions. */

function checkLength(context: Context, source: string): string {
  context.spend(source.length);
  return source;
}

export const semver = {
  /** `semver TEXT`: a version, with the methods Major, Minor, Patch, Prerelease, Metadata, Compare and so on. `{{ (semver "1.2.3-beta").Prerelease }}` → `beta` */
  semver: define({ params: ["string"], context: true }, (context, source) =>
    parseVersion(checkLength(context, source)),
  ),
  /** `semverCompare CONSTRAINT TEXT`: whether the version TEXT satisfies CONSTRAINT. `{{ semverCompare "^1.2.0" "1.3.4" }}` → `true` */
  semverCompare: define({ params: ["string", "string"], context: true }, (context, constraint, source) => {
    const alternatives = parseConstraints(context, checkLength(context, constraint));
    return fits(parseVersion(checkLength(context, source)), alternatives);
  }),
} satisfies FunctionSet;
