import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Delivery } from "../../store/index.ts";
import { collapseKey } from "../push/collapse-key.ts";
import { fitPayload, json } from "../push/truncate.ts";

/** Names the recipients: a device's registration token or installation id, a topic, or a condition over topics. */
export type FcmTarget =
  | { readonly token: string }
  | { readonly fid: string }
  | { readonly topic: string }
  | { readonly condition: string };

type Fields = { readonly [name: string]: Json };

/** Options of one delivery; the channel's own options are their defaults. */
export interface FcmPushOptions {
  /** s for which the push is kept for an offline device, at most 2,419,200. @default Google's, four weeks */
  readonly ttl?: number | undefined;
  /** @default Google's: high for notifications */
  readonly priority?: "normal" | "high" | undefined;
  /**
   * Collapse key: of the pushes with the same key that wait for a device only the last is kept. Google keeps at most four keys per
   * device. @default none; a delivery sent twice is still shown once, because of Android's `tag` and `apns-collapse-id`
   */
  readonly collapse?: string | undefined;
  /** URL of an image. */
  readonly image?: string | undefined;
  /** Further data for the app; `id` is the delivery's. */
  readonly data?: { readonly [name: string]: string } | undefined;
  /** Further fields of Google's AndroidConfig, ApnsConfig and WebpushConfig, as documented there. */
  readonly android?: Fields | undefined;
  readonly apns?: Fields | undefined;
  readonly webpush?: Fields | undefined;
}

const printable = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces");
const fields = z.record(z.string(), z.json()).optional();

const token = z.strictObject({ token: printable(4096) });
export const targetSchema = z.union(
  [
    printable(4096).transform((text) => ({ token: text })),
    token,
    z.strictObject({ fid: printable(4096) }),
    z.strictObject({ topic: z.string().regex(/^[\w.~%-]{1,900}$/) }),
    z.strictObject({ condition: z.string().min(1).max(2000) }),
  ],
  {
    error: "must be a registration token, { token }, { fid }, { topic } (A-Z a-z 0-9 - _ . ~ %) or { condition }",
  },
);

const reservedDataNames = /^(?:from|message_type|id|(?:google|gcm)\..*|google.*)$/i;

export const pushSchema = {
  ttl: z.int().min(0).max(2_419_200).optional(),
  priority: z.enum(["normal", "high"]).optional(),
  collapse: printable(64).optional(),
  image: z.url({ protocol: /^https?$/ }).optional(),
  data: z
    .record(z.string(), z.string())
    .refine(
      (data) => !Object.keys(data).some((name) => reservedDataNames.test(name)),
      "must not have the names id, from, message_type, google… or gcm.…, which are reserved",
    )
    .optional(),
  android: fields,
  apns: fields,
  webpush: fields,
};

/** Returns the bytes that Google accepts for the target: a device, or topics. */
export const maxPayloadOf = (target: FcmTarget): number => ("topic" in target || "condition" in target ? 2048 : 4096);

/**
 * Builds the body of `messages:send`, shortened so that its JSON without the target is within Google's limit; undefined if the data
 * leave no room. Google has no subtitle, so it becomes the first line of the body.
 */
export function fcmMessage(
  { id, alert, createdAt }: Pick<Delivery, "id" | "alert" | "createdAt">,
  target: FcmTarget,
  options: FcmPushOptions,
): string | undefined {
  const { image, data } = options;
  const platforms = platformConfigs(id, createdAt, options);
  const payload = fitPayload(alert, maxPayloadOf(target), ({ title, subtitle, body }) => {
    const lines = [subtitle, body].filter((text) => text !== undefined);
    const notification = { title, ...(lines.length > 0 && { body: lines.join("\n") }), image };
    return json({ notification, data: { id, ...data }, ...platforms });
  });
  // Joins the JSON of target and payload; neither object is empty.
  return payload === undefined ? undefined : `{"message":${json(target).slice(0, -1)},${payload.slice(1)}}`;
}

function platformConfigs(id: string, createdAt: number, options: FcmPushOptions): Fields {
  const { ttl, priority, collapse, android = {}, apns = {}, webpush = {} } = options;
  const apnsHeaders = {
    "apns-collapse-id": collapse ?? collapseKey(id, 64),
    ...(ttl !== undefined && { "apns-expiration": `${ttl === 0 ? 0 : Math.floor(createdAt / 1000) + ttl}` }),
    ...(priority !== undefined && { "apns-priority": priority === "high" ? "10" : "5" }),
    ...(apns.headers as Fields),
  };
  const webHeaders = {
    ...(ttl !== undefined && { TTL: `${ttl}` }),
    ...(priority !== undefined && { Urgency: priority }),
    ...(collapse !== undefined && { Topic: collapseKey(collapse, 32) }),
    ...(webpush.headers as Fields),
  };
  const web = { ...webpush, ...(Object.keys(webHeaders).length > 0 && { headers: webHeaders }) };
  return {
    android: {
      ...(ttl !== undefined && { ttl: `${ttl}s` }),
      ...(priority !== undefined && { priority }),
      ...(collapse !== undefined && { collapse_key: collapse }),
      ...android,
      notification: { tag: id, ...(android.notification as Fields) },
    },
    apns: { ...apns, headers: apnsHeaders },
    ...(Object.keys(web).length > 0 && { webpush: web }),
  };
}
