import { z } from "zod";
import { duration, size } from "../base/units.ts";

/** A name of something declared. */
export const declaredName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "a name is lower-case letters, digits, - and _, at most 64, a letter first");

const count = z.int().positive();

/** How identifiers of a kind are written, and how many of them one person can have. */
const identifierRules = z.strictObject({
  /** Letters' case counts. @default false for email, true for all others */
  case: z.boolean().optional(),
  /** At most so many of this kind on one profile: what would have more is not stitched. @default 1 for user_id, 20 for others */
  limit: count.optional(),
  /** Values that identify nobody. @default "", "null", "undefined", "none", "unknown", "anonymous", "0" */
  ignore: z.array(z.string()).optional(),
});

/**
 * `last`: the newest, as a whole. `first`: the oldest. `union`: a list without repetitions. `append`: a list, the newest 1,000.
 * `max`, `min`: of numbers, or of text; a value of another type is replaced. `sum`: a counter. Null removes, whatever the rule.
 */
const mergeRule = z.enum(["last", "first", "union", "append", "max", "min", "sum"]);
export type MergeRule = z.output<typeof mergeRule>;

/** How profiles are put together. */
export const profilesDefinition = z.strictObject({
  /** Kinds of identifiers, the one that counts most first. @default user_id, email, device */
  identifiers: z.record(declaredName, identifierRules.nullable()).optional(),
  /** By field, a dot between levels: `plan.seats`. @default last, maps being merged */
  merge: z.record(z.string().min(1), mergeRule).optional(),
  /** At most so many profiles become one by one update, the one that stays counted; where it would be more, none do. @default 5 */
  maxMergedProfiles: count.optional(),
  /** At most so many bytes of JSON a profile may have. @default 1,000,000 */
  maxBytes: count.optional(),
  /**
   * What alerts are addressed by: fields, a dot between levels, and kinds of identifiers of the same name. Only streams with
   * `identity: merge` and operators change them; what was there before they were protected stays. @default none
   */
  protect: z.array(z.string().min(1)).optional(),
});
export type ProfilesDefinition = z.output<typeof profilesDefinition>;

/**
 * A value: a template; what stands at a path of the payload (`user.address.city`, `items.0.sku`), as it is; or a template read
 * as something else than text. A template that fails where something it reads is missing has no value.
 */
const mapped = z.union(
  [
    z.string(),
    z.strictObject({ path: z.string().min(1) }),
    z.strictObject({ template: z.string(), as: z.enum(["text", "number", "boolean", "json"]) }),
  ],
  { error: "a value is a template, path: PATH, or template: TEMPLATE with as: text, number, boolean or json" },
);

/** What is shown in place of a secret. */
export const hiddenSecret = "…";

const secret = z
  .string()
  .min(1)
  .refine((text) => text !== hiddenSecret, "this stands for a secret that is not shown: give the secret itself");

/** Of 24 to 64 bytes shared, of 32 public, or of 32 or 64 secret. */
const standardKey = z
  .string()
  .regex(
    /^(whsec_[A-Za-z0-9+/]{32,86}|whpk_[A-Za-z0-9+/]{43}|whsk_([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{86}))={0,2}$/,
    "a key of Standard Webhooks is whsec_ or whpk_ and base64: tocsin keys webhook makes one",
  );

/** As HTTP has them (RFC 9110, 5.6.2). */
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "this is not the name of a header");

/** So long it is known which signed requests came before. */
const tolerance = duration.refine((ms) => ms <= 86_400_000, "signatures are at most 1d old");

/** What is not signed can be changed by whoever saw a request that was. */
function unsafe(signed: string, timestamp: string | undefined): string | undefined {
  if (!signed.includes("{body}")) return "{body} has to be in what is signed";
  if (signed.includes("{timestamp}") === (timestamp !== undefined)) return undefined;
  return timestamp === undefined
    ? "{timestamp} is signed: say in which header it comes, as timestamp"
    : "the timestamp has to be in what is signed, as {timestamp}";
}

/** Who may post. Times of signatures may differ from ours by `tolerance`. */
const inbound = z.union(
  [
    z.strictObject({ standard: z.array(standardKey).nonempty(), tolerance: tolerance.optional() }),
    z.strictObject({
      hmac: z
        .strictObject({
          secrets: z.array(secret).nonempty(),
          header: headerName,
          algorithm: z.enum(["sha1", "sha256", "sha512"]).default("sha256"),
          encoding: z.enum(["hex", "base64"]).default("hex"),
          /** What stands before the signature: `sha256=`, `v1=`. */
          prefix: z.string().optional(),
          /** Header with the time, in seconds or ms since 1970; without one a replay is only known by the event's key. */
          timestamp: headerName.optional(),
          /** What is signed; `{timestamp}` and `{body}` are put in. @default "{timestamp}.{body}" with a timestamp, else "{body}" */
          signed: z.string().optional(),
        })
        .superRefine(({ signed, timestamp }, context) => {
          const why = signed === undefined ? undefined : unsafe(signed, timestamp);
          if (why !== undefined) context.addIssue({ code: "custom", path: ["signed"], message: why });
        }),
      tolerance: tolerance.optional(),
    }),
  ],
  { error: "a signature is of standard: [KEY], or hmac: { secrets, header }" },
);
export type Inbound = z.output<typeof inbound>;

/**
 * What a stream may do to who is known. `merge`: everything: identifiers that come together are one person. `add`: finds a
 * person by the identifier that counts most, or creates one, and sets fields that are not protected; it never merges two,
 * and gives no identifier to a person who is there already. `known`: the same, but creates nobody: an event about somebody
 * unknown is only kept.
 */
export const identityMode = z.enum(["merge", "add", "known"]);
export type IdentityMode = z.output<typeof identityMode>;

/** What comes in on a stream, and what it says of whom. Templates see the payload as dot. */
export const streamDefinition = z.strictObject({
  description: z.string().optional(),
  /** Checked besides an API key, or instead of one. */
  verify: inbound.optional(),
  /** Bytes that the body of a request without an API key may have as it is sent. @default 1MiB */
  maxBytes: size.optional(),
  /**
   * Bytes of a compressed body, inflated, that its signature is looked for in if it is not of the body as it is sent: some sign
   * what they compress. Nothing is known of who sends it yet. @default 64KiB
   */
  maxInflatedBytes: size.optional(),
  /** What makes an event the same event: a template. @default none: each is a new one */
  key: z.string().optional(),
  /** By kind of identifier. Without any, events are only kept. */
  identifiers: z.record(declaredName, mapped).optional(),
  /** By field of the profile, a dot between levels. Empty text and what is not there change nothing; null at a path removes. */
  fields: z.record(z.string().min(1), mapped).optional(),
  /** @default merge for requests that are signed as `verify` asks, add for all others */
  identity: identityMode.optional(),
  /** How long raw events are kept. @default 7 d */
  keep: duration.optional(),
});
export type StreamDefinition = z.output<typeof streamDefinition>;
export type Mapped = z.output<typeof mapped>;

/** @param signed the request is signed as the stream's `verify` asks */
export const identityModeOf = ({ identity }: StreamDefinition, signed: boolean): IdentityMode =>
  identity ?? (signed ? "merge" : "add");
