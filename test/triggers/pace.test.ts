import fc from "fast-check";
import { expect, test } from "vitest";
import { nextOf, roomOf, type Went, wentOn } from "../../src/triggers/pace.ts";

test("lets go what there is room for, and says when there is more", () => {
  const pace = { count: 10, per: 1000 };
  expect(roomOf(pace, [], 0)).toBe(10);
  const four = wentOn(pace, [], 4, 0);
  expect(nextOf(pace, four, 300)).toBe(300);
  expect(roomOf(pace, four, 300)).toBe(6);
  const ten = wentOn(pace, four, 6, 300);
  expect([roomOf(pace, ten, 999), nextOf(pace, ten, 999)]).toEqual([0, 1000]);
  expect(roomOf(pace, ten, 1000)).toBe(4);
  const again = wentOn(pace, ten, 4, 1000);
  expect(nextOf(pace, again, 1000)).toBe(1300);
  expect(roomOf(pace, again, 5000)).toBe(10);
});

test("a clock that is put back holds nothing up for longer than twice `per`", () => {
  const pace = { count: 1, per: 1000 };
  expect(nextOf(pace, wentOn(pace, [], 1, 1e9), 5000)).toBe(5000);
  expect(nextOf(pace, wentOn(pace, [], 1, 5900), 5000)).toBe(6900);
});

test("no time at all is no limit", () => {
  const pace = { count: 3, per: 0 };
  expect(roomOf(pace, wentOn(pace, [], 3, 7), 7)).toBe(3);
});

const asked = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 30 })), { maxLength: 300 });

test("at most `count` in any `per` ms, never held up for longer, and little is remembered", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 7, 1000, 50_000), asked, (count, per, waits) => {
      const pace = { count, per };
      const all: { at: number; n: number }[] = [];
      let went: Went = [];
      let now = 0;
      for (const [wait, n] of waits) {
        now += wait;
        const next = nextOf(pace, went, now);
        const room = roomOf(pace, went, now);
        expect(next === now).toBe(room > 0);
        expect(next).toBeLessThanOrEqual(now + per);
        const going = Math.min(n, room);
        all.push({ at: now, n: going });
        went = wentOn(pace, went, going, now);
        expect(went.length).toBeLessThanOrEqual(2 * 32 + 2);
        const inWindow = all.filter(({ at }) => at > now - per).reduce((sum, one) => sum + one.n, 0);
        expect(inWindow).toBeLessThanOrEqual(count);
        // What is remembered as one may come that much later.
        const surely = all.filter(({ at }) => at > now - (per * 33) / 32 - 1).reduce((sum, one) => sum + one.n, 0);
        expect(roomOf(pace, went, now)).toBeGreaterThanOrEqual(count - surely);
      }
    }),
  );
});
