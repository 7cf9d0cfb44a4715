import fc from "fast-check";
import { expect, test } from "vitest";
import { createHarness, hour, minute, noon, second, trigger } from "./harness.ts";

const command = fc.oneof(
  fc.record({
    kind: fc.constant("update" as const),
    updates: fc.array(fc.record({ person: fc.nat({ max: 2 }), isIn: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("time" as const), minutes: fc.integer({ min: 1, max: 20 }) }),
);

test("whatever happens, each stay that is long enough is alerted once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40, size: "max" }), async (history) => {
      const s = createHarness();
      const waits = { dwell: "15m" };
      await s.declare({
        audience: { members: { where: ".in" } },
        trigger: { stays: trigger({ enter: "members" }, waits), leaves: trigger({ exit: "members" }, waits) },
      });
      // Nothing happens just when a wait ends.
      s.now = noon + second;
      const last = new Map<number, { isIn: boolean; since: number }>();
      const expected: string[] = [];
      const end = (person: number): void => {
        const { isIn, since } = last.get(person) ?? { isIn: false, since: s.now };
        if (s.now - since > 15 * minute) expected.push(isIn ? `stays/enter ${person}` : `leaves/exit ${person}`);
      };
      for (const one of history) {
        if (one.kind === "time") {
          await s.until(s.now + one.minutes * minute + 1);
          continue;
        }
        await s.engine.update(
          one.updates.map(({ person, isIn }) => ({
            identifiers: { user_id: person + 1 },
            fields: { name: person, in: isIn },
          })),
        );
        for (const { person, isIn } of one.updates) {
          if (isIn === (last.get(person)?.isIn ?? false)) continue;
          end(person);
          last.set(person, { isIn, since: s.now });
        }
      }
      await s.until(s.now + hour);
      for (const person of last.keys()) end(person);
      expect((await s.sent()).toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 60 },
  );
});
