import fc from "fast-check";
import { expect, test } from "vitest";
import { createRateLimiter } from "../../src/triggers/runs/rate-limit.ts";

test("lets go what there is room for, and says when there is more", () => {
  const limiter = createRateLimiter({ count: 10, per: 1000 }, 0);
  expect(limiter.available(0)).toBe(10);
  expect(limiter.take(4, 0)).toBe(4);
  expect(limiter.nextAt(300)).toBe(300);
  expect(limiter.take(100, 300)).toBe(6);
  expect(limiter.take(1, 999)).toBe(0);
  expect(limiter.nextAt(999)).toBe(1000);
  expect(limiter.available(1000)).toBe(4);
  expect(limiter.take(4, 1000)).toBe(4);
  expect(limiter.nextAt(1000)).toBe(1300);
  expect(limiter.available(5000)).toBe(10);
});

test("a clock that is put back holds nothing up for longer than `per`", () => {
  const limiter = createRateLimiter({ count: 1, per: 1000 }, 1e9);
  limiter.take(1, 1e9);
  expect(limiter.nextAt(5000)).toBe(6000);
  expect(limiter.take(1, 6000)).toBe(1);
});

test("no time at all is no limit", () => {
  const limiter = createRateLimiter({ count: 3, per: 0 }, 0);
  expect([limiter.take(5, 7), limiter.take(5, 7), limiter.nextAt(7)]).toEqual([3, 3, 7]);
});

const asked = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 30 })), {
  maxLength: 300,
  size: "max",
});

test("at most `count` in any `per` ms, and never held up for longer", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 7, 1000, 50_000), asked, (count, per, steps) => {
      const limiter = createRateLimiter({ count, per }, 0);
      const went: { at: number; n: number }[] = [];
      let now = 0;
      for (const [wait, n] of steps) {
        now += wait;
        const next = limiter.nextAt(now);
        const room = limiter.available(now);
        expect(next === now).toBe(room > 0);
        expect(next).toBeLessThanOrEqual(now + per);
        went.push({ at: now, n: limiter.take(n, now) });
        expect(went.at(-1)!.n).toBe(Math.min(n, room));
        const inWindow = went.filter(({ at }) => at > now - per).reduce((sum, one) => sum + one.n, 0);
        expect(inWindow).toBeLessThanOrEqual(count);
        // What is remembered to a thousandth of the time may come that much later.
        const surely = went.filter(({ at }) => at > now - per * 1.001 - 1).reduce((sum, one) => sum + one.n, 0);
        expect(limiter.available(now)).toBeGreaterThanOrEqual(count - surely);
      }
    }),
  );
});
