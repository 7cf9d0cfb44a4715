import { z } from "zod";
import { duration } from "../../base/units.ts";
import { isZone } from "../../base/zone.ts";
import { declaredName } from "../../profiles/definition.ts";

const count = z.int().positive();
const rate = z.strictObject({ count, per: duration });

const zone = z.string().refine(isZone, { error: "a zone is an IANA name such as Europe/Warsaw" });

/** What makes it fire. */
const on = z.union(
  [
    z.strictObject({ enter: declaredName }),
    z.strictObject({ exit: declaredName }),
    /** Any of these top-level fields; of members of `audience` alone, if there is one. */
    z.strictObject({ change: z.array(z.string().min(1)).nonempty(), audience: declaredName.optional() }),
    /** The name of a stream. */
    z.strictObject({ event: declaredName }),
    /** Cron, five fields or six with seconds, in `zone` (@default UTC): for all members of `audience`. */
    z.strictObject({ schedule: z.string().min(1), zone: zone.optional(), audience: declaredName }),
    /** A date and time: with an offset, or in `zone`. */
    z.strictObject({ at: z.string().min(1), zone: zone.optional(), audience: declaredName }),
    /** At least a minute apart, from when it is activated. */
    z.strictObject({ every: duration, audience: declaredName }),
  ],
  {
    error:
      "a trigger fires on one of enter: AUDIENCE, exit: AUDIENCE, change: [FIELD], event: STREAM, or for an audience on schedule: CRON, at: TIME, every: DURATION",
  },
);

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is written 22:00");

const alertParts = z.strictObject({
  title: z.string(),
  subtitle: z.string().optional(),
  body: z.string().optional(),
  html: z.string().optional(),
});

const sendTo = z.strictObject({
  channel: z.string().min(1),
  /** A template of where to. @default the channel's own */
  to: z.string().optional(),
  /** As the channel documents them. */
  options: z.record(z.string(), z.json()).optional(),
});

/** When an alert fires, for whom, and what then goes where. Nothing of it runs until it is activated. */
export const triggerDefinition = z.strictObject({
  description: z.string().optional(),
  on,
  /** Fires only where this condition holds, too; what it sees is what the alert sees. */
  where: z.string().min(1).optional(),
  send: z.array(sendTo).nonempty(),
  alert: alertParts,
  /** @default normal; of backfills and scheduled runs low */
  priority: z.enum(["high", "normal", "low"]).optional(),
  /** What a backfill keeps to unless it is told otherwise. That it is here starts none. */
  backfill: z
    .strictObject({
      limit: count.optional(),
      /** The fraction of members, above 0 up to 1. */
      sample: z.number().gt(0).max(1).optional(),
      rateLimit: rate.optional(),
    })
    .optional(),
  /** Between these times of day nothing is sent; from a time to the same one is never. `zone` is a template. */
  quietHours: z
    .strictObject({
      from: timeOfDay,
      to: timeOfDay,
      /** Gives an IANA name; where it gives none that is known, `fallbackZone`. @default UTC */
      zone: z.string().optional(),
      /** @default UTC */
      fallbackZone: zone.optional(),
      /** Until they end; not at all; or until they end, as one alert. @default hold */
      action: z.enum(["hold", "drop", "digest"]).optional(),
    })
    .optional(),
  /** At most so many alerts: to one person, and to all together. */
  caps: z
    .strictObject({ perProfile: z.array(rate).nonempty().optional(), overall: z.array(rate).nonempty().optional() })
    .optional(),
  /** Fires only if who entered is still in, who left still out, after so long. Of enter and exit. */
  dwell: duration.optional(),
  /** After an alert to a person, none for so long. */
  coolDown: duration.optional(),
  /** A template: with the same key, nothing is sent again `within` (@default 30 d). */
  dedupe: z
    .union([z.string().min(1), z.strictObject({ key: z.string().min(1), within: duration })], {
      error: "dedupe is a template, or key: TEMPLATE with within: DURATION",
    })
    .optional(),
  /** Firings for a person within `window` of the first become one alert, which `maxEvents` (@default 100) send at once. */
  digest: z.strictObject({ window: duration, maxEvents: count.optional() }).optional(),
  /** Nothing but these fields, a dot between levels, leaves: not in templates, not in channels. @default all */
  fields: z.array(z.string().min(1)).optional(),
});
export type TriggerDefinition = z.output<typeof triggerDefinition>;

/** `done`: a date that is past. `failed`: it cannot run, and says why. */
export type TriggerState = "draft" | "active" | "paused" | "done" | "failed";

export interface TriggerStatus {
  readonly state: TriggerState;
  readonly reason?: string | undefined;
  readonly activatedAt?: number | undefined;
  /** When its schedule comes next, in ms since 1970. */
  readonly next?: number | undefined;
}

/** What tells the operator that something has gone silent or wrong. */
export const alarmDefinition = z.strictObject({
  when: z.union(
    [
      /** An audience that had members has none. */
      z.strictObject({ empty: declaredName }),
      /** A trigger has sent nothing for so long. */
      z.strictObject({ silent: declaredName, for: duration }),
      /** Of what a trigger fired within `within` (@default 1 h), at least `of` (@default 20), more than this share was aborted, failed or given up. */
      z.strictObject({
        failing: declaredName,
        over: z.number().gt(0).lt(1),
        of: count.optional(),
        within: duration.optional(),
      }),
    ],
    {
      error:
        "an alarm watches one of empty: AUDIENCE, silent: TRIGGER with for: DURATION, failing: TRIGGER with over: SHARE",
    },
  ),
  send: z.array(sendTo).nonempty(),
  /** How often it is said again while it lasts; 0: not again. @default 24 h */
  repeat: duration.optional(),
});
export type AlarmDefinition = z.output<typeof alarmDefinition>;
