import { z } from "zod";
import { duration } from "../../base/units.ts";
import { isZone } from "../../base/zone.ts";
import { declaredName } from "../../profiles/definition.ts";

const count = z.int().positive();
const rate = z.strictObject({
  count: count.describe("Maximum number in a period."),
  per: duration.describe("Length of the period."),
});

const zone = z.string().refine(isZone, {
  error: ({ input }) => `${JSON.stringify(input)} is not an IANA time zone such as Europe/Warsaw`,
});

/** Sets what makes a trigger fire. */
const on = z.union(
  [
    z.strictObject({ enter: declaredName.describe("Fires when a profile enters this audience.") }),
    z.strictObject({ exit: declaredName.describe("Fires when a profile leaves this audience.") }),
    z.strictObject({
      change: z.array(z.string().min(1)).nonempty().describe("Fires when one of these top-level fields changes."),
      audience: declaredName
        .optional()
        .describe("Audience whose members are alerted; with change, only they are watched."),
    }),
    z.strictObject({ event: declaredName.describe("Fires on every event of this stream.") }),
    z.strictObject({
      schedule: z.string().min(1).describe("Fires by cron: five fields, or six with seconds."),
      zone: zone.optional().describe("IANA time zone of schedule and at. Default: UTC."),
      audience: declaredName.describe("Audience whose members are alerted; with change, only they are watched."),
    }),
    z.strictObject({
      at: z.string().min(1).describe("Fires once at this date and time, with an offset or in zone."),
      zone: zone.optional().describe("IANA time zone of schedule and at. Default: UTC."),
      audience: declaredName.describe("Audience whose members are alerted; with change, only they are watched."),
    }),
    z.strictObject({
      every: duration.describe("Fires at this interval, counted from the activation; at least 1m."),
      audience: declaredName.describe("Audience whose members are alerted; with change, only they are watched."),
    }),
  ],
  {
    error:
      "a trigger fires on one of enter: AUDIENCE, exit: AUDIENCE, change: [FIELD], event: STREAM, or for an audience on schedule: CRON, at: TIME, every: DURATION",
  },
);

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is written 22:00");

const alertParts = z.strictObject({
  title: z.string().describe("Template of the title."),
  subtitle: z.string().optional().describe("Template of the subtitle."),
  body: z.string().optional().describe("Template of the body."),
  html: z.string().optional().describe("Template of the HTML; values are escaped."),
});

const sendTo = z.strictObject({
  channel: z.string().min(1).describe("Name of the channel."),
  to: z.string().optional().describe("Template of the destination. Default: the channel's own."),
  options: z.record(z.string(), z.json()).optional().describe("Options that the channel documents."),
});

/** Describes a trigger: when it fires, for whom, and what it sends where. A trigger does nothing until it is activated. */
export const triggerDefinition = z.strictObject({
  description: z.string().optional().describe("What the trigger is for."),
  on: on.describe("What the trigger fires on: one of enter, exit, change, event, schedule, at, every."),
  where: z
    .string()
    .min(1)
    .optional()
    .describe("Additional condition over the alert's data; the trigger fires only if it holds."),
  send: z.array(sendTo).nonempty().describe("Channels and destinations of the alert."),
  alert: alertParts.describe("The alert: title, subtitle, body, html, each a template."),
  priority: z
    .enum(["high", "normal", "low"])
    .optional()
    .describe("Priority of the deliveries. Default: normal; low for backfills and schedules."),
  backfill: z
    .strictObject({
      limit: count.optional().describe("Maximum number of profiles that are alerted."),
      sample: z
        .number()
        .gt(0)
        .max(1)
        .optional()
        .describe("Share of the members that is considered, above 0 and up to 1."),
      rateLimit: rate.optional().describe("Maximum number of profiles in a period."),
    })
    .optional()
    .describe("Defaults of tocsin backfill; they do not start one."),
  quietHours: z
    .strictObject({
      from: timeOfDay.describe("Beginning, as in 22:00."),
      to: timeOfDay.describe("End, as in 08:00; the same as from: never."),
      zone: z.string().optional().describe("Template of the IANA time zone of a profile. Default: UTC."),
      fallbackZone: zone.optional().describe("IANA time zone if the template gives none that exists. Default: UTC."),
      action: z
        .enum(["hold", "drop", "digest"])
        .optional()
        .describe("Hold alerts until the end, drop them, or send one digest at the end. Default: hold."),
    })
    .optional()
    .describe("Times of day at which nothing is sent."),
  caps: z
    .strictObject({
      perProfile: z.array(rate).nonempty().optional().describe("Limits for one profile."),
      overall: z.array(rate).nonempty().optional().describe("Limits for all profiles together."),
    })
    .optional()
    .describe("Maximum number of alerts."),
  dwell: duration
    .optional()
    .describe("For enter and exit: time that the profile has to stay in, or out, before the alert."),
  coolDown: duration.optional().describe("Time without further alerts to a profile after one."),
  dedupe: z
    .union(
      [
        z.string().min(1),
        z.strictObject({
          key: z.string().min(1).describe("Template of the key."),
          within: duration.describe("Time in which the same key sends nothing again. Default: 30d."),
        }),
      ],
      {
        error: "dedupe is a template, or key: TEMPLATE with within: DURATION",
      },
    )
    .optional()
    .describe(
      "Template of a key, or key with within: the same key sends nothing again within this time, by default 30d.",
    ),
  digest: z
    .strictObject({
      window: duration.describe("Time from the first firing."),
      maxEvents: count.optional().describe("Maximum number of firings; then the alert is sent at once. Default: 100."),
    })
    .optional()
    .describe("Combines the firings of a profile within a window into one alert."),
  fields: z
    .array(z.string().min(1))
    .optional()
    .describe("Fields, with dots between levels, that templates and channels may see. Default: all."),
});
export type TriggerDefinition = z.output<typeof triggerDefinition>;

/** Names the states. `done`: its only date is past. `failed`: it cannot run; its status says why. */
export type TriggerState = "draft" | "active" | "paused" | "done" | "failed";

export interface TriggerStatus {
  readonly state: TriggerState;
  readonly reason?: string | undefined;
  readonly activatedAt?: number | undefined;
  /** When its schedule comes next, in ms since 1970. */
  readonly next?: number | undefined;
}

/** Describes an alarm, which tells the operator that something has gone silent or wrong. */
export const alarmDefinition = z.strictObject({
  when: z
    .union(
      [
        /** An audience that had members has none. */
        z.strictObject({ empty: declaredName.describe("Audience that had members and has none.") }),
        /** A trigger has sent nothing for so long. */
        z.strictObject({
          silent: declaredName.describe("Trigger that has sent nothing for the time of for."),
          for: duration.describe("Time of silence."),
        }),
        /** Rings if, of at least `minFirings` (@default 20) firings within `within` (@default 1 h), more than this share was aborted, failed or given up. */
        z.strictObject({
          failing: declaredName.describe("Trigger whose alerts are aborted, fail or are given up."),
          over: z.number().gt(0).lt(1).describe("Share of failures, between 0 and 1, that is exceeded."),
          minFirings: count.optional().describe("Minimum number of firings. Default: 20."),
          within: duration.optional().describe("Period in which firings are counted. Default: 1h."),
        }),
      ],
      {
        error:
          "an alarm watches one of empty: AUDIENCE, silent: TRIGGER with for: DURATION, failing: TRIGGER with over: SHARE",
      },
    )
    .describe("What is watched: empty, silent with for, or failing with over."),
  send: z.array(sendTo).nonempty().describe("Channels and destinations of the alarm."),
  repeat: duration.optional().describe("Interval of reminders while it lasts; 0: none. Default: 24h."),
});
export type AlarmDefinition = z.output<typeof alarmDefinition>;
