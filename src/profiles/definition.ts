import { z } from "zod";
import { duration, size } from "../base/units.ts";

/** Accepts the name of a definition. */
export const declaredName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "a name is lower-case letters, digits, - and _, at most 64, a letter first");

const count = z.int().positive();

/** Sets how identifiers of a kind are written, and how many of them one profile can have. */
const identifierRules = z.strictObject({
  case: z.boolean().optional().describe("Whether letter case counts. Default: false for email, true for others."),
  limit: count
    .optional()
    .describe("Maximum number of identifiers of this kind in a profile. Default: 1 for user_id, 20 for others."),
  ignore: z
    .array(z.string())
    .optional()
    .describe("Values that identify nobody. Default: empty text, null, undefined, none, unknown, anonymous, 0."),
});

/**
 * Sets how a field's values are merged. `last`: the newest, as a whole. `first`: the oldest. `union`: a list without repetitions. `append`: a list, the newest 1,000.
 * `max`, `min`: of numbers, or of text; a value of another type is replaced. `sum`: a counter. Null removes, whatever the rule.
 */
const mergeRule = z.enum(["last", "first", "union", "append", "max", "min", "sum"]);
export type MergeRule = z.output<typeof mergeRule>;

/** Configures identifiers, and how profiles are merged. */
export const profilesDefinition = z.strictObject({
  identifiers: z
    .record(declaredName, identifierRules.nullable())
    .optional()
    .describe("Kinds of identifiers, the most significant first. Default: user_id, email, device."),
  merge: z
    .record(z.string().min(1), mergeRule)
    .optional()
    .describe("Merge rule by field, with dots between levels, as in plan.seats. Default: last; objects are merged."),
  maxMergedProfiles: count
    .optional()
    .describe("Maximum number of profiles that one update may merge; beyond that, none are merged. Default: 5."),
  maxBytes: count.optional().describe("Maximum bytes of JSON of a profile. Default: 1,000,000."),
  protect: z
    .array(z.string().min(1))
    .optional()
    .describe(
      "Fields and kinds of identifiers that alerts are addressed by: only streams with identity: merge, and operators, may change them. Default: none.",
    ),
});
export type ProfilesDefinition = z.output<typeof profilesDefinition>;

/**
 * Maps a value: by a template; from a path of the payload (`user.address.city`, `items.0.sku`), unchanged; or by a template whose
 * text is converted to another type. A template that fails because something it reads is missing gives no value.
 */
const mapped = z.union(
  [
    z.string(),
    z.strictObject({ path: z.string().min(1).describe("Path of a value in the payload, as in items.0.sku.") }),
    z.strictObject({
      template: z.string().describe("Template over the payload."),
      as: z.enum(["text", "number", "boolean", "json"]).describe("Type of the result."),
    }),
  ],
  { error: "a value is a template, path: PATH, or template: TEMPLATE with as: text, number, boolean or json" },
);

/** Replaces a secret wherever it would be shown. */
export const hiddenSecret = "…";

const secret = z
  .string()
  .min(1)
  .refine((text) => text !== hiddenSecret, "this stands for a secret that is not shown: give the secret itself");

/** Accepts a key of Standard Webhooks: shared (24 to 64 bytes), public (32) or secret (32 or 64). */
const standardKey = z
  .string()
  .regex(
    /^(whsec_[A-Za-z0-9+/]{32,86}|whpk_[A-Za-z0-9+/]{43}|whsk_([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{86}))={0,2}$/,
    "a key of Standard Webhooks is whsec_ or whpk_ and base64: tocsin keys webhook makes one",
  );

/** Accepts a header's name (RFC 9110, 5.6.2). */
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "this is not the name of a header");

/** Limits the age of a signature. Signatures are remembered for a day, so replays can be detected only within that time. */
const tolerance = duration.refine((ms) => ms <= 86_400_000, "signatures are at most 1d old");

/** Says why a signature is unsafe: anyone who saw a signed request can change what the signature does not cover. */
function unsafe(signed: string, timestamp: string | undefined): string | undefined {
  if (!signed.includes("{body}")) return "{body} has to be in what is signed";
  if (signed.includes("{timestamp}") === (timestamp !== undefined)) return undefined;
  return timestamp === undefined
    ? "{timestamp} is signed: say in which header it comes, as timestamp"
    : "the timestamp has to be in what is signed, as {timestamp}";
}

/** Sets how requests are authenticated. Times of signatures may differ from the clock by `tolerance`. */
const inbound = z.union(
  [
    z.strictObject({
      standard: z
        .array(standardKey)
        .nonempty()
        .describe("Keys of Standard Webhooks: whsec_ or whpk_; several during a rotation."),
      tolerance: tolerance
        .optional()
        .describe("Maximum difference between the time of a signature and the clock. Default: 5m."),
    }),
    z.strictObject({
      hmac: z
        .strictObject({
          secrets: z.array(secret).nonempty().describe("Shared secrets; several during a rotation."),
          header: headerName.describe("Header that contains the signature."),
          algorithm: z.enum(["sha1", "sha256", "sha512"]).default("sha256").describe("Hash function."),
          encoding: z.enum(["hex", "base64"]).default("hex").describe("Encoding of the signature."),
          prefix: z.string().optional().describe("Text before the signature, as in sha256= or v1=."),
          timestamp: headerName
            .optional()
            .describe(
              "Header with the time in seconds or ms since 1970; without one, replays are recognized by the event key only.",
            ),
          signed: z
            .string()
            .optional()
            .describe(
              "Text that is signed, with {timestamp} and {body}. Default: {timestamp}.{body} with a timestamp, else {body}.",
            ),
        })
        .superRefine(({ signed, timestamp }, context) => {
          const why = signed === undefined ? undefined : unsafe(signed, timestamp);
          if (why !== undefined) context.addIssue({ code: "custom", path: ["signed"], message: why });
        })
        .describe("An HMAC over the body, in a header."),
      tolerance: tolerance.optional(),
    }),
  ],
  { error: "a signature is of standard: [KEY], or hmac: { secrets, header }" },
);
export type Inbound = z.output<typeof inbound>;

/**
 * Sets what a stream may do to existing profiles. `merge`: everything; profiles whose identifiers arrive together are merged.
 * `add`: finds a profile by the identifier that counts most, or creates one, and sets fields that are not protected; it never
 * merges profiles, and adds no identifier to an existing one. `known`: the same, but creates no profile: an event about an
 * unknown one is only stored.
 */
export const identityMode = z.enum(["merge", "add", "known"]);
export type IdentityMode = z.output<typeof identityMode>;

/** Describes a stream: how its requests are verified, and how payloads map to profiles. Templates see the payload as dot. */
export const streamDefinition = z.strictObject({
  description: z.string().optional().describe("What the stream is for."),
  verify: inbound.optional().describe("How requests are signed; a signature replaces an API key."),
  maxBytes: size.optional().describe("Maximum size of a signed body, as sent. Default: 1MiB."),
  maxInflatedBytes: size
    .optional()
    .describe("Maximum size of a compressed body that is decoded to verify its signature. Default: 64KiB."),
  key: z
    .string()
    .optional()
    .describe("Template of the event key: another event with the same key is a duplicate. Default: none."),
  identifiers: z
    .record(declaredName, mapped)
    .optional()
    .describe("Identifiers by kind. Without any, events are only stored."),
  fields: z
    .record(z.string().min(1), mapped)
    .optional()
    .describe(
      "Fields of the profile, with dots between levels. Empty and missing values change nothing; null at a path removes the field.",
    ),
  identity: identityMode
    .optional()
    .describe(
      "Whether events may merge profiles, only add profiles and set fields, or only set fields of existing profiles. Default: merge for signed requests, add for others.",
    ),
  retention: duration.optional().describe("How long raw events are kept. Default: 7d."),
});
export type StreamDefinition = z.output<typeof streamDefinition>;
export type Mapped = z.output<typeof mapped>;

/** @param signed the request is signed as the stream's `verify` asks */
export const identityModeOf = ({ identity }: StreamDefinition, signed: boolean): IdentityMode =>
  identity ?? (signed ? "merge" : "add");
