import { expect, test } from "vitest";
import { threadClock } from "../../src/triggers/fire/thread-clock.ts";

test("a thread's clock goes by the time that it has worked, and never back", () => {
  let [passed, user, asked] = [100, 0, 0];
  const clock = threadClock(
    () => passed,
    () => {
      asked++;
      return { user: user * 1000, system: 2_000 };
    },
  );
  const after = (ms: number, worked: number): number => {
    passed += ms;
    user += worked;
    return clock();
  };
  expect([clock(), after(0.5, 0.5), asked]).toEqual([2, 2.5, 1]);
  // Others had the processor: what it said before was too much, so that it stands until that is made up for.
  expect([after(50, 0), after(0.25, 0.25), asked]).toEqual([2.5, 2.75, 2]);
  expect([after(20, 19), asked]).toEqual([21.75, 3]);
  expect([after(1_000, 0), asked]).toEqual([21.75, 4]);
});

test("where Node cannot tell, it is the time that passes", () => {
  let now = 0;
  const clock = threadClock(() => ++now, null);
  expect([clock(), clock()]).toEqual([1, 2]);
});
