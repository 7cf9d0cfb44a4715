import type { Identifier, Profile } from "../store/index.ts";
import type { KindRules, ProfileSettings } from "./settings.ts";
import type { Refused, Update } from "./update.ts";

/** Limits the characters of an identifier. */
const maxLength = 512;

/** Limits the identifiers of one update. */
const maxIdentifiers = 100;

/** Holds the identifiers of an update, normalized by the rules. */
export interface Identity {
  /** In the order of the kinds, most significant first, each once. */
  readonly identifiers: readonly Identifier[];
  readonly refused: readonly Refused[];
}

export const identifierKey = ({ kind, value }: Identifier): string => `${kind} ${value}`;

/** Normalizes the identifiers of an update. @returns a problem, in words, if none of them identifies anybody */
export function identityOf(given: Update["identifiers"], settings: ProfileSettings): Identity | { problem: string } {
  if (typeof given !== "object" || given === null) return { problem: "an update needs identifiers, by kind" };
  const refused: Refused[] = [];
  const byKind = new Map<string, Identifier[]>();
  let count = 0;
  for (const [kind, values] of Object.entries(given)) {
    const rules = settings.kinds.get(kind);
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    count += list.length;
    if (count > maxIdentifiers) return { problem: `an update names at most ${maxIdentifiers} identifiers` };
    const found = new Map<string, Identifier>();
    for (const raw of list) {
      const { value, reason } = rules ? normalized(raw, rules) : unknownKind(kind, raw, settings);
      if (value !== undefined && reason === undefined) found.set(value, { kind, value });
      else if (reason !== undefined)
        refused.push({ identifier: { kind: shown(kind), value: value ?? shown(raw) }, reason });
    }
    if (found.size > 0) byKind.set(kind, [...found.values()]);
  }
  const identifiers: Identifier[] = [];
  for (const kind of settings.kinds.keys()) identifiers.push(...(byKind.get(kind) ?? []));
  if (identifiers.length > 0) return { identifiers, refused };
  const reasons = refused.map(({ identifier, reason }) => `${identifier.kind}: ${reason}`);
  const kinds = [...settings.kinds.keys()].join(", ");
  return { problem: `no identifier: it has none of ${kinds}${reasons.length > 0 ? ` (${reasons.slice(0, 3).join("; ")})` : ""}` }; // biome-ignore format: one line
}

/** Holds a value, or the reason why there is none. With neither, the identifier is absent. */
interface NormalizedIdentifier {
  readonly value?: string;
  readonly reason?: string;
}

/** Normalizes an identifier by the rules of its kind, or says why it is invalid. */
function normalized(raw: unknown, { foldCase, ignore }: KindRules): NormalizedIdentifier {
  if (raw === null || raw === undefined) return {};
  if (typeof raw === "number" && !Number.isFinite(raw)) return { reason: `${raw} identifies nobody` };
  if (typeof raw === "number" && Number.isInteger(raw) && !Number.isSafeInteger(raw)) {
    return { reason: "a number this big has lost digits; send it as text" };
  }
  if (typeof raw !== "string" && typeof raw !== "number") return { reason: "an identifier is text or a number" };
  const text = String(raw);
  if (text.length > 2 * maxLength) return { reason: `it is longer than ${maxLength} characters` };
  if (!text.isWellFormed()) return { reason: "it is not well-formed Unicode" };
  const trimmed = text.normalize("NFC").trim();
  const value = foldCase ? trimmed.toLowerCase() : trimmed;
  if (value === "") return {};
  if (value.length > maxLength) return { reason: `it is longer than ${maxLength} characters` };
  if (/\p{Cc}/u.test(value)) return { reason: "it has control characters in it" };
  if (ignore.has(value.toLowerCase())) return { value, reason: `"${value}" identifies nobody` };
  return { value };
}

function unknownKind(kind: string, raw: unknown, { kinds }: ProfileSettings): NormalizedIdentifier {
  if (raw === null || raw === undefined || raw === "") return {};
  return { reason: `profiles have no identifiers of the kind ${shown(kind)}, only ${[...kinds.keys()].join(", ")}` };
}

function shown(raw: unknown): string {
  const text = typeof raw === "string" ? raw : typeof raw === "number" ? String(raw) : `a ${typeof raw}`;
  return text.slice(0, 100).toWellFormed();
}

/** Says which profiles an update concerns. */
export interface Decision {
  /** Profiles that are merged, oldest first; the first survives. Empty: the profile is new. */
  readonly profiles: readonly [Profile, ...Profile[]] | readonly [];
  /** All identifiers of the surviving profile. */
  readonly identifiers: readonly Identifier[];
  readonly refused: readonly Refused[];
}

/**
 * Decides which profiles an update concerns. Goes through the identifiers, most significant kind first: the first one
 * names the profile, and each further one merges its owner into that profile, unless the result would have more
 * identifiers of a kind than allowed. A refused identifier stays where it is, so that two people never become one.
 * @param ownerOf returns the profile that has an identifier now
 * @param reasonAgainst returns why several profiles cannot be merged, apart from their identifiers
 */
export function decide(
  { identifiers, refused: before }: Identity,
  ownerOf: (identifier: Identifier) => Profile | undefined,
  settings: ProfileSettings,
  reasonAgainst: (profiles: readonly Profile[]) => string | undefined = () => undefined,
): Decision {
  const group = new MergeGroup(settings);
  group.join(identifiers, ownerOf, (profiles) => reasonAgainst(profiles));
  if (group.profiles.length <= settings.maxMergedProfiles) return group.decision(before);
  // An identifier that more profiles share than may be merged is not personal: a shop's tablet, a test address.
  const reason = `${group.profiles.length} profiles would be merged, and at most ${settings.maxMergedProfiles} may be at a time`;
  const alone = new MergeGroup(settings);
  alone.join(identifiers, ownerOf, () => reason);
  return alone.decision(before);
}

class MergeGroup {
  readonly profiles: Profile[] = [];
  readonly #known = new Map<string, Identifier>();
  readonly #counts = new Map<string, number>();
  readonly #refused: Refused[] = [];
  readonly #settings: ProfileSettings;

  constructor(settings: ProfileSettings) {
    this.#settings = settings;
  }

  join(
    identifiers: readonly Identifier[],
    ownerOf: (identifier: Identifier) => Profile | undefined,
    reasonAgainst: (profiles: readonly Profile[]) => string | undefined,
  ): void {
    for (const identifier of identifiers) {
      if (this.#known.has(identifierKey(identifier))) continue;
      const owner = ownerOf(identifier);
      const reason = owner ? this.#reasonToRefuse(owner, identifier, reasonAgainst) : this.#tooMany([identifier]);
      if (reason) this.#refused.push({ identifier, reason });
      else this.#add(owner ? owner.identifiers : [identifier], owner);
    }
  }

  decision(refused: readonly Refused[]): Decision {
    const profiles = this.profiles as readonly Profile[] as Decision["profiles"];
    return { profiles, identifiers: this.#inOrder(), refused: [...refused, ...this.#refused] };
  }

  #reasonToRefuse(
    owner: Profile,
    { kind }: Identifier,
    reasonAgainst: (profiles: readonly Profile[]) => string | undefined,
  ): string | undefined {
    const tooMany = this.#tooMany(owner.identifiers);
    const reason = tooMany ?? (this.profiles.length > 0 ? reasonAgainst(byAge([...this.profiles, owner])) : undefined);
    return reason && `another profile, ${owner.id}, has this ${kind}: ${reason}`;
  }

  /** Returns which limit of a kind these identifiers would exceed. */
  #tooMany(identifiers: readonly Identifier[]): string | undefined {
    if (this.#known.size === 0) return undefined; // the first profile stays as it is, even if a limit was lowered since
    const more = new Map<string, number>();
    for (const identifier of identifiers) {
      if (this.#known.has(identifierKey(identifier))) continue;
      const { kind } = identifier;
      const count = (more.get(kind) ?? this.#counts.get(kind) ?? 0) + 1;
      more.set(kind, count);
    }
    for (const [kind, count] of more) {
      const limit = this.#settings.kinds.get(kind)?.limit ?? Number.POSITIVE_INFINITY;
      if (count > limit) return `a profile has at most ${limit} ${kind}, and this would make ${count}`;
    }
    return undefined;
  }

  #add(identifiers: readonly Identifier[], owner: Profile | undefined): void {
    for (const identifier of identifiers) {
      const key = identifierKey(identifier);
      if (this.#known.has(key)) continue;
      this.#known.set(key, identifier);
      this.#counts.set(identifier.kind, (this.#counts.get(identifier.kind) ?? 0) + 1);
    }
    if (!owner) return;
    this.profiles.push(owner);
    this.profiles.sort(older);
  }

  /**
   * Returns the identifiers that the profiles had, the oldest profile's first, then the new ones. Returns the very list
   * of a profile that gets no new one.
   */
  #inOrder(): readonly Identifier[] {
    const [first] = this.profiles;
    if (first && first.identifiers.length === this.#known.size) return first.identifiers;
    const ordered = new Map<string, Identifier>();
    for (const { identifiers } of this.profiles) for (const one of identifiers) ordered.set(identifierKey(one), one);
    for (const [key, one] of this.#known) ordered.set(key, one);
    return [...ordered.values()];
  }
}

const older = (a: Profile, b: Profile): number => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

const byAge = (profiles: Profile[]): readonly Profile[] => profiles.sort(older);
