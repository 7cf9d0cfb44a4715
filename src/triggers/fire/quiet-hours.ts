import { day } from "../../base/duration.ts";
import { isZone, stretchAt } from "../../base/zone.ts";
import type { TriggerDefinition } from "../definition/definition.ts";

type QuietHours = NonNullable<TriggerDefinition["quietHours"]>;

/**
 * Returns the end of the quiet hours that `now` is in: the first time at which clocks in the zone show a time of day
 * outside of them. Undefined if `now` is not in quiet hours. All times are in ms since 1970.
 *
 * The clocks' time counts, also where clocks are put forward or back: hours that occur twice are quiet twice, and skipped
 * hours do not count. From 22:00 to 07:00 spans midnight; quiet hours from a time to the same time are empty.
 * @param zone zone of the recipient, as a template gave it; if it is unknown, `quietHours.fallbackZone` counts, and
 * without that UTC
 */
export function quietUntil(quietHours: QuietHours, zone: string | undefined, now: number): number | undefined {
  const name = [zone?.trim(), quietHours.fallbackZone].find((one) => one !== undefined && isZone(one)) ?? "UTC";
  const from = timeOfDay(quietHours.from);
  const length = modulo(timeOfDay(quietHours.to) - from);
  let time = now;
  for (;;) {
    const { offset, to } = stretchAt(name, time);
    const since = modulo(time + offset - from);
    if (since >= length) return time === now ? undefined : time;
    const end = time + length - since;
    if (end < to) return end;
    time = to;
  }
}

/** Parses `22:30` into ms. */
function timeOfDay(text: string): number {
  const [hours, minutes] = text.split(":");
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const modulo = (time: number): number => ((time % day) + day) % day;
