import { z } from "zod";
import { duration, size } from "../base/units.ts";

/** A name of something declared. */
export const declaredName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, "a name is lower-case letters, digits, - and _, at most 64, a letter first");

const count = z.int().positive();

/** How identifiers of a kind are written, and how many of them one person can have. */
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
 * `last`: the newest, as a whole. `first`: the oldest. `union`: a list without repetitions. `append`: a list, the newest 1,000.
 * `max`, `min`: of numbers, or of text; a value of another type is replaced. `sum`: a counter. Null removes, whatever the rule.
 */
const mergeRule = z.enum(["last", "first", "union", "append", "max", "min", "sum"]);
export type MergeRule = z.output<typeof mergeRule>;

/** How profiles are put together. */
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
    .describe("Maximum number of profiles that one update may merge; beyond, none is merged. Default: 5."),
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
 * A value: a template; what stands at a path of the payload (`user.address.city`, `items.0.sku`), as it is; or a template read
 * as something else than text. A template that fails where something it reads is missing has no value.
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
          header: headerName.describe("Header that has the signature."),
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
 * What a stream may do to who is known. `merge`: everything: identifiers that come together are one person. `add`: finds a
 * person by the identifier that counts most, or creates one, and sets fields that are not protected; it never merges two,
 * and gives no identifier to a person who is there already. `known`: the same, but creates nobody: an event about somebody
 * unknown is only kept.
 */
export const identityMode = z.enum(["merge", "add", "known"]);
export type IdentityMode = z.output<typeof identityMode>;

/** What comes in on a stream, and what it says of whom. Templates see the payload as dot. */
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
    .describe("Identifiers by kind. Without any, events are only kept."),
  fields: z
    .record(z.string().min(1), mapped)
    .optional()
    .describe(
      "Fields of the profile, with dots between levels. Empty and missing values change nothing; null at a path removes the field.",
    ),
  identity: identityMode
    .optional()
    .describe(
      "Whether events may merge profiles, only add them and set fields, or only set fields of known ones. Default: merge for signed requests, add for others.",
    ),
  retention: duration.optional().describe("How long raw events are kept. Default: 7d."),
});
export type StreamDefinition = z.output<typeof streamDefinition>;
export type Mapped = z.output<typeof mapped>;

/** @param signed the request is signed as the stream's `verify` asks */
export const identityModeOf = ({ identity }: StreamDefinition, signed: boolean): IdentityMode =>
  identity ?? (signed ? "merge" : "add");
