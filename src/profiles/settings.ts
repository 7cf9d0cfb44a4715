import type { MergeRule, ProfilesDefinition } from "./definition.ts";

/** Holds the rules for identifiers and merging, with all defaults. */
export interface ProfileSettings {
  /** By kind, most significant first. */
  readonly kinds: ReadonlyMap<string, KindRules>;
  /** Merge rules, level by level. */
  readonly merge: MergeRules;
  readonly maxMergedProfiles: number;
  readonly maxBytes: number;
  /** Fields and kinds of identifiers that only senders change who may merge. */
  readonly protect: readonly string[];
}

/** Rules for identifiers of one kind. */
export interface KindRules {
  readonly kind: string;
  readonly foldCase: boolean;
  /** Limits the identifiers of this kind on one profile. */
  readonly limit: number;
  /** Values that identify nobody, in lower case. */
  readonly ignore: ReadonlySet<string>;
}

export type MergeRules = ReadonlyMap<string, MergeRule | MergeRules>;

/** Reports invalid profile settings. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  /** Place in the definition. */
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[]) {
    super(message);
    this.path = path;
  }
}

const defaultKinds = { user_id: null, email: null, device: null };
const defaultIgnored = ["", "null", "undefined", "none", "unknown", "anonymous", "0"];

/** Resolves defaults. @throws SettingsError for rules that contradict each other */
export function resolveProfiles(definition: ProfilesDefinition = {}): ProfileSettings {
  const {
    identifiers = defaultKinds,
    merge = {},
    maxMergedProfiles = 5,
    maxBytes = 1_000_000,
    protect = [],
  } = definition;
  const kinds = new Map<string, KindRules>();
  for (const [kind, rules] of Object.entries(identifiers)) {
    kinds.set(kind, {
      kind,
      foldCase: !(rules?.case ?? kind !== "email"),
      limit: rules?.limit ?? (kind === "user_id" ? 1 : 20),
      ignore: new Set((rules?.ignore ?? defaultIgnored).map((value) => value.trim().toLowerCase())),
    });
  }
  if (kinds.size === 0) throw new SettingsError("name at least one kind of identifier, such as email", ["identifiers"]);
  for (const [i, path] of protect.entries()) {
    if (path.split(".").includes("")) {
      throw new SettingsError(`"${path}" has an empty name between its dots`, ["protect", i]);
    }
  }
  return { kinds, merge: rulesOf(merge), maxMergedProfiles, maxBytes, protect };
}

function rulesOf(merge: Readonly<Record<string, MergeRule>>): MergeRules {
  const top = new Map<string, MergeRule | MergeRules>();
  for (const [path, rule] of Object.entries(merge)) {
    const names = path.split(".");
    const last = names.pop()!;
    let level = top;
    for (const [i, name] of names.entries()) {
      const inner = level.get(name) ?? new Map<string, MergeRule | MergeRules>();
      if (typeof inner === "string") {
        const outer = names.slice(0, i + 1).join(".");
        throw new SettingsError(`${path} is part of ${outer}, which is merged as a whole (${inner})`, ["merge", path]);
      }
      level.set(name, inner);
      level = inner as Map<string, MergeRule | MergeRules>;
    }
    if ([...names, last].includes("")) {
      throw new SettingsError(`"${path}" has an empty name between its dots`, ["merge", path]);
    }
    if (level.has(last)) {
      throw new SettingsError(`${path} is merged as a whole (${rule}), so its parts have no rules of their own`, ["merge", path]); // biome-ignore format: one line
    }
    level.set(last, rule);
  }
  return top;
}
