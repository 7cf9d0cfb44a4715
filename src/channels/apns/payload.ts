import { z } from "zod";
import type { Json } from "../../base/json.ts";
import type { Alert } from "../../store/index.ts";
import { fitPayload, json } from "../push/truncate.ts";

/** Options of one delivery; the channel's own options are their defaults. */
export interface ApnsPushOptions {
  /** s for which Apple keeps the push for an offline device; 0: one try only. @default Apple's, up to 30 days */
  readonly ttl?: number | undefined;
  /** 10: immediately. 5: as the device's battery allows. 1: without waking the device. @default 10 */
  readonly priority?: 10 | 5 | 1 | undefined;
  /**
   * Collapse id of at most 64 bytes: a push replaces a shown one with the same id. `false` for none.
   * @default from the delivery's id, so that one delivery sent twice is shown once
   */
  readonly collapse?: string | false | undefined;
  /** Name of one of the app's sounds; an object for a critical alert, with a volume from 0 to 1. @default none */
  readonly sound?:
    | string
    | { readonly critical?: 0 | 1 | undefined; readonly name: string; readonly volume?: number | undefined }
    | undefined;
  /** Number on the app's icon; 0 removes it. @default unchanged */
  readonly badge?: number | undefined;
  /** Groups notifications with the same id. */
  readonly threadId?: string | undefined;
  /** Selects the app's actions that are offered. */
  readonly category?: string | undefined;
  readonly interruptionLevel?: "passive" | "active" | "time-sensitive" | "critical" | undefined;
  /** 0 to 1: orders notifications in the summary. */
  readonly relevanceScore?: number | undefined;
  /** Lets the app's extension change the notification before it is shown. */
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
        .refine((text) => /^[\x20-\x7e]{1,64}$/.test(text), "must be at most 64 bytes of printable ASCII"),
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
    .refine((data) => !Object.hasOwn(data, "aps"), "must not have the name aps, which is reserved for Apple")
    .optional(),
};

/** Limits the bytes of JSON, as Apple does. */
export const maxPayload = 4096;

/** Builds `{ aps: { alert: { title, subtitle?, body? }, … }, …data }`, shortened to fit; undefined if the data leave no room. */
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
