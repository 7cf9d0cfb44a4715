import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Alert } from "../../store/index.ts";
import { fitPayload, json } from "../push/truncate.ts";

/** What one delivery may ask for; the channel's own options are what holds for those that do not. */
export interface ApnsPushOptions {
  /** s that Apple keeps the push for a device that is away; 0: it is tried once. @default Apple's, up to 30 days */
  readonly ttl?: number | undefined;
  /** 10: at once. 5: as the device's battery allows. 1: it must not wake the device. @default 10 */
  readonly priority?: 10 | 5 | 1 | undefined;
  /**
   * Up to 64 bytes: a push takes the place of one with the same that is shown. `false` for none.
   * @default from the delivery's id, so that one delivery sent twice is shown once
   */
  readonly collapse?: string | false | undefined;
  /** Name of a sound of the app; an object for a critical alert, with a volume from 0 to 1. @default none */
  readonly sound?:
    | string
    | { readonly critical?: 0 | 1 | undefined; readonly name: string; readonly volume?: number | undefined }
    | undefined;
  /** Number on the app's icon; 0 takes it away. @default as it is */
  readonly badge?: number | undefined;
  /** Notifications with the same are grouped. */
  readonly threadId?: string | undefined;
  /** Which of the app's actions are offered. */
  readonly category?: string | undefined;
  readonly interruptionLevel?: "passive" | "active" | "time-sensitive" | "critical" | undefined;
  /** 0 to 1: which of several is shown first in the summary. */
  readonly relevanceScore?: number | undefined;
  /** The app's extension may change the notification before it is shown. */
  readonly mutableContent?: boolean | undefined;
  /** Further keys beside `aps`, for the app. */
  readonly data?: { readonly [name: string]: Json } | undefined;
}

const score = z.number().min(0).max(1);

export const pushSchema = {
  ttl: z.int().min(0).max(31_536_000).optional(),
  priority: z.literal([10, 5, 1]).optional(),
  collapse: z
    .union([
      z.literal(false),
      z
        .string()
        .min(1)
        .refine((text) => /^[\x20-\x7e]{1,64}$/.test(text), "is not up to 64 bytes of printable ASCII"),
    ])
    .optional(),
  sound: z
    .union([
      z.string(),
      z.strictObject({ critical: z.literal([0, 1]).optional(), name: z.string(), volume: score.optional() }),
    ])
    .optional(),
  badge: z.int().min(0).optional(),
  threadId: z.string().optional(),
  category: z.string().optional(),
  interruptionLevel: z.enum(["passive", "active", "time-sensitive", "critical"]).optional(),
  relevanceScore: score.optional(),
  mutableContent: z.boolean().optional(),
  data: z
    .record(z.string(), z.json())
    .refine((data) => !Object.hasOwn(data, "aps"), "has aps in it, which is Apple's")
    .optional(),
};

/** Bytes of JSON that Apple takes. */
export const maxPayload = 4096;

/** `{ aps: { alert: { title, subtitle?, body? }, … }, …data }`, shortened to fit; nothing if the data leave no room. */
export function apnsPayload(alert: Alert, options: ApnsPushOptions): string | undefined {
  const { sound, badge, threadId, category, interruptionLevel, relevanceScore, mutableContent, data } = options;
  const rest = {
    sound,
    badge,
    "thread-id": threadId,
    category,
    "interruption-level": interruptionLevel,
    "relevance-score": relevanceScore,
    "mutable-content": mutableContent ? 1 : undefined,
  };
  return fitPayload(alert, maxPayload, (texts) => json({ aps: { alert: texts, ...rest }, ...data }));
}
