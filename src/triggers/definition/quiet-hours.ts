import { day } from "../../base/duration.ts";
import { isZone, stretchAt } from "../../base/zone.ts";
import type { TriggerDefinition } from "./definition.ts";

type QuietHours = NonNullable<TriggerDefinition["quietHours"]>;

/**
 * When the quiet hours end that `now` is in: the first time at which clocks in the zone show a time of day outside of them.
 * Undefined: it is in none. All in ms since 1970.
 *
 * What clocks show decides, whenever they are put forward or back: hours that come twice are quiet twice, hours that are
 * left out are not missed. From 22:00 to 07:00 is over midnight; from a time to the same is never.
 * @param zone the recipient's, as a template gave it; where nobody knows it `quietHours.fallbackZone`, and where there is none UTC
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

/** `22:30`, in ms. */
function timeOfDay(text: string): number {
  const [hours, minutes] = text.split(":");
  return (Number(hours) * 60 + Number(minutes)) * 60_000;
}

const modulo = (time: number): number => ((time % day) + day) % day;
