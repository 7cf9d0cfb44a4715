import { describe, expect, test } from "vitest";
import { type AlarmObservation, type AlarmStatus, evaluateAlarm } from "../../src/triggers/alarms/alarms.ts";
import type { AlarmDefinition } from "../../src/triggers/index.ts";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 4, 1, 9);
const send = [{ channel: "ops" }] as AlarmDefinition["send"];

/** Returns the notifications at each of these times. */
function play(
  definition: Omit<AlarmDefinition, "send">,
  seen: readonly (readonly [at: number, seen: AlarmObservation])[],
) {
  let status: AlarmStatus = {};
  return seen.map(([at, one]) => {
    const judged = evaluateAlarm({ ...definition, send }, one, status, start + at);
    // Stored as a store does it.
    status = JSON.parse(JSON.stringify(judged.status));
    return judged.notify?.title ?? "";
  });
}

const bodyOf = (when: AlarmDefinition["when"], seen: AlarmObservation, status: AlarmStatus, at = 0) =>
  evaluateAlarm({ when, send }, seen, status, start + at).notify?.body;

describe("empty", () => {
  const when = { empty: "vip" };
  const members = (size?: number): AlarmObservation => ({ size });

  test("rings once when it begins, every day while it lasts, and once when it is over", () => {
    const minute = 60_000;
    const sizes = [0, 0, 5, 0, 0, 0, 0, 0, 3, 3, 0].map(members);
    const times = [0, 1, 2, 3, 4, 3 + 1440 - 1, 3 + 1440, 3 + 1441, 3 + 2000, 3 + 2001, 3 + 2002];
    expect(
      play(
        { when },
        times.map((time, index) => [time * minute, sizes[index]!]),
      ),
    ).toEqual([
      "",
      "",
      "",
      "Audience vip is empty",
      "",
      "",
      "Still: Audience vip is empty",
      "",
      "Over: Audience vip is empty",
      "",
      "Audience vip is empty",
    ]);
  });

  test("rings again as often as it was told, or not at all", () => {
    const seen = [members(1), members(0), members(0), members(0)].map((one, at) => [at * hour, one] as const);
    expect(play({ when, repeat: 2 * hour }, seen)).toEqual([
      "",
      "Audience vip is empty",
      "",
      "Still: Audience vip is empty",
    ]);
    expect(play({ when, repeat: 0 }, seen)).toEqual(["", "Audience vip is empty", "", ""]);
  });

  test("says what, since when, and what to look at", () => {
    expect(bodyOf(when, members(0), { hadMembers: true })).toBe(
      "The audience vip had members and has none. Since 2026-05-01 09:00 UTC. Look at its condition, at whether profiles are still updated, and at the fields that the condition asks for.",
    );
    expect(bodyOf(when, members(0), { hadMembers: true, since: start, notifiedAt: start }, day + 2 * hour)).toBe(
      "The audience vip had members and has none. Since 2026-05-01 09:00 UTC, for 1d 2h. Look at its condition, at whether profiles are still updated, and at the fields that the condition asks for.",
    );
    expect(bodyOf(when, members(1), { hadMembers: true, since: start, notifiedAt: start }, 90_000)).toBe(
      "The audience vip has 1 member. It had lasted 1m 30s, since 2026-05-01 09:00 UTC.",
    );
    expect(bodyOf(when, members(undefined), { hadMembers: true, since: start, notifiedAt: start }, hour)).toBe(
      "The audience vip is not declared any more. It had lasted 1h, since 2026-05-01 09:00 UTC.",
    );
  });

  test("a clock that is put back does not silence it", () => {
    expect(
      play({ when }, [
        [0, members(1)],
        [day, members(0)],
        [0, members(0)],
        [hour, members(0)],
      ]),
    ).toEqual(["", "Audience vip is empty", "Still: Audience vip is empty", ""]);
  });
});

describe("silent", () => {
  const when = { silent: "welcome", for: 3 * hour };
  const active = (lastSent?: number, activatedAt = 0): AlarmObservation => ({
    trigger: {
      state: "active",
      activatedAt: start + activatedAt,
      lastSent: lastSent === undefined ? undefined : start + lastSent,
    },
  });

  test("counts from when it was activated, and from what it sent", () => {
    expect(
      play({ when }, [
        [0, active()],
        [3 * hour - 1, active()],
        [3 * hour, active()],
        [4 * hour, active(3.5 * hour)],
        [6.5 * hour - 1, active(3.5 * hour)],
        [6.5 * hour, active(3.5 * hour)],
        [7 * hour, active(3.5 * hour, 7 * hour)],
        [9 * hour, active(3.5 * hour, 7 * hour)],
        [10 * hour, active(3.5 * hour, 7 * hour)],
      ]),
    ).toEqual([
      "",
      "",
      "Trigger welcome sends nothing",
      "Over: Trigger welcome sends nothing",
      "",
      "Trigger welcome sends nothing",
      "Over: Trigger welcome sends nothing",
      "",
      "Trigger welcome sends nothing",
    ]);
  });

  test.each(["paused", "done", "draft"] as const)("does not watch what is %s", (state) => {
    const seen = (one: "active" | typeof state): AlarmObservation => ({ trigger: { state: one, activatedAt: start } });
    expect(
      play({ when }, [
        [day, seen(state)],
        [day, seen("active")],
        [day, seen(state)],
        [day, {}],
      ]),
    ).toEqual(["", "Trigger welcome sends nothing", "Over: Trigger welcome sends nothing", ""]);
  });

  test("says what, since when, and what to look at", () => {
    expect(bodyOf(when, active(hour), {}, 5 * hour)).toBe(
      "The trigger welcome is active and has sent nothing for 3h or longer. It last sent something on 2026-05-01 10:00 UTC; it was activated on 2026-05-01 09:00 UTC. Since 2026-05-01 10:00 UTC, for 4h. Look at whether anything fires it (updates, events, its schedule), and at why what fires is held back: tocsin explain PROFILE welcome.",
    );
    const failed: AlarmObservation = { trigger: { state: "failed", reason: "no such channel", activatedAt: start } };
    expect(bodyOf(when, failed, {}, 5 * hour)).toContain(
      "The trigger welcome cannot run (no such channel) and has sent nothing for 3h or longer. It has never sent anything;",
    );
    expect(bodyOf(when, { trigger: { state: "paused" } }, { since: start, notifiedAt: start }, hour)).toBe(
      "The trigger welcome is paused: it is not watched. It had lasted 1h, since 2026-05-01 09:00 UTC.",
    );
  });
});

describe("failing", () => {
  const when = { failing: "welcome", over: 0.1 };
  const fired = (sent: number, aborted: number, failed: number, dead = 0): AlarmObservation => ({
    trigger: { state: "active", activatedAt: start, tally: { sent, aborted, failed }, dead },
  });
  const rings = (seen: AlarmObservation, more = {}, status: AlarmStatus = {}) =>
    evaluateAlarm({ when: { ...when, ...more }, send }, seen, status, start).status.since !== undefined;

  test("rings above the share, of enough firings", () => {
    expect(rings(fired(18, 1, 1))).toBe(false);
    expect(rings(fired(17, 2, 1))).toBe(true);
    expect(rings(fired(20, 0, 0, 3))).toBe(true);
    expect(rings(fired(9, 0, 10))).toBe(false);
    expect(rings(fired(9, 0, 10), { minFirings: 19 })).toBe(true);
    expect(rings(fired(0, 0, 0))).toBe(false);
    expect(rings({ trigger: { state: "failed", reason: "no such channel" } })).toBe(true);
  });

  test("few firings do not end it, unless they are well", () => {
    expect(
      play({ when }, [
        [0, fired(0, 0, 20)],
        [hour, fired(1, 0, 2)],
        [2 * hour, fired(3, 0, 0)],
        [3 * hour, fired(1, 0, 2)],
        [4 * hour, fired(0, 0, 20)],
        [5 * hour, fired(0, 0, 0)],
      ]),
    ).toEqual([
      "Trigger welcome fails",
      "",
      "Over: Trigger welcome fails",
      "",
      "Trigger welcome fails",
      "Over: Trigger welcome fails",
    ]);
  });

  test("says what, since when, and what to look at", () => {
    expect(bodyOf(when, fired(17, 2, 1, 40), {})).toBe(
      "The trigger welcome is active. Of 20 firings in the last 1h, 20 came to nothing (100 %; 2 aborted by the template, 1 failed, 17 given up); 10 % is the limit. Since 2026-05-01 09:00 UTC. Look at the reasons of its last firings (tocsin explain PROFILE welcome), and at the dead letters.",
    );
    expect(bodyOf(when, fired(0, 0, 0), { since: start, notifiedAt: start }, hour)).toBe(
      "The trigger welcome is active and has fired nothing in the last 1h. It had lasted 1h, since 2026-05-01 09:00 UTC.",
    );
  });
});
