import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Delivery } from "../../store/index.ts";
import { collapseKey } from "../push/collapse.ts";
import { fitPayload, json } from "../push/truncate.ts";

/** Where to: a device's registration token or installation id, a topic, or a condition over topics. */
export type FcmTarget =
  | { readonly token: string }
  | { readonly fid: string }
  | { readonly topic: string }
  | { readonly condition: string };

type Fields = { readonly [name: string]: Json };

/** What one delivery may ask for; the channel's own options are what holds for those that do not. */
export interface FcmPushOptions {
  /** s that the push is kept for a device that is away, up to 2,419,200. @default Google's, four weeks */
  readonly ttl?: number | undefined;
  /** @default Google's: high for what is shown */
  readonly priority?: "normal" | "high" | undefined;
  /**
   * Of pushes with the same that wait for a device only the last is kept; Google keeps four such for a device at most.
   * @default none; but of one delivery sent twice one notification is shown, by Android's `tag` and `apns-collapse-id`
   */
  readonly collapse?: string | undefined;
  /** URL of a picture. */
  readonly image?: string | undefined;
  /** Further data for the app; `id` is the delivery's. */
  readonly data?: { readonly [name: string]: string } | undefined;
  /** What else Google's AndroidConfig, ApnsConfig and WebpushConfig have, as it is documented there. */
  readonly android?: Fields | undefined;
  readonly apns?: Fields | undefined;
  readonly webpush?: Fields | undefined;
}

const printable = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/, "is not printable ASCII without spaces");
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
    error: "is neither a registration token nor { token }, { fid }, { topic } (A-Z a-z 0-9 - _ . ~ %) or { condition }",
  },
);

const googles = /^(?:from|message_type|id|(?:google|gcm)\..*|google.*)$/i;

export const pushSchema = {
  ttl: z.int().min(0).max(2_419_200).optional(),
  priority: z.enum(["normal", "high"]).optional(),
  collapse: printable(64).optional(),
  image: z.url({ protocol: /^https?$/ }).optional(),
  data: z
    .record(z.string(), z.string())
    .refine(
      (data) => !Object.keys(data).some((name) => googles.test(name)),
      "has id, from, message_type, google… or gcm.… in it",
    )
    .optional(),
  android: fields,
  apns: fields,
  webpush: fields,
};

/** Bytes: what Google takes for a device, and for topics. */
export const limitOf = (target: FcmTarget): number => ("topic" in target || "condition" in target ? 2048 : 4096);

/**
 * The body of `messages:send`, shortened so that its JSON without the target is within Google's limit; nothing if the
 * data leave no room. Google knows no subtitle: it is the first line of what is shown as the body.
 */
export function fcmMessage(
  { id, alert, createdAt }: Pick<Delivery, "id" | "alert" | "createdAt">,
  target: FcmTarget,
  options: FcmPushOptions,
): string | undefined {
  const { image, data } = options;
  const platforms = platformsOf(id, createdAt, options);
  const payload = fitPayload(alert, limitOf(target), ({ title, subtitle, body }) => {
    const lines = [subtitle, body].filter((text) => text !== undefined);
    const notification = { title, ...(lines.length > 0 && { body: lines.join("\n") }), image };
    return json({ notification, data: { id, ...data }, ...platforms });
  });
  // The target comes before the rest: both are objects with something in them.
  return payload === undefined ? undefined : `{"message":${json(target).slice(0, -1)},${payload.slice(1)}}`;
}

function platformsOf(id: string, createdAt: number, options: FcmPushOptions): Fields {
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
