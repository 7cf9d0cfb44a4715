import { describe, expect, test } from "vitest";
import type { EngineStore } from "../../../src/store/index.ts";
import { paged, start } from "../builders.ts";
import { openStore } from "./harness.ts";

const later = start + 1000;

/** Tests what every store promises about memberships. */
export function describeMemberships(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put, enter, leave, sizes } = on;

  describe("memberships", () => {
    test("of: for each profile, in the order of the audiences' names", async () => {
      await put("ada", "bob");
      await enter("paying", "ada");
      await enter("active", "bob", "ada");
      expect(await on.store.memberships.of(["ada", "none", "bob", "ada"])).toEqual([
        [
          { audience: "active", since: start + 1 },
          { audience: "paying", since: start },
        ],
        [],
        [{ audience: "active", since: start }],
        [
          { audience: "active", since: start + 1 },
          { audience: "paying", since: start },
        ],
      ]);
    });

    test("entering where it is, and leaving where it is not, changes nothing", async () => {
      await put("ada");
      await enter("active", "ada");
      await write(({ memberships }) =>
        memberships.change([
          { audience: "active", profile: "ada", since: later },
          { audience: "paying", profile: "ada", since: undefined },
        ]),
      );
      expect(await on.store.memberships.of(["ada"])).toEqual([[{ audience: "active", since: start }]]);
      expect(await sizes()).toEqual({ active: 1 });
      await leave("active", "ada", "ada");
      await leave("active", "ada");
      expect(await sizes()).toEqual({});
      expect(await on.store.memberships.of(["ada"])).toEqual([[]]);
    });

    test("one after the other within one change", async () => {
      await put("ada");
      const to = (since: number | undefined) => ({ audience: "active", profile: "ada", since });
      await write(({ memberships }) => memberships.change([to(1), to(undefined), to(2), to(3)]));
      expect(await on.store.memberships.of(["ada"])).toEqual([[{ audience: "active", since: 2 }]]);
      await write(({ memberships }) => memberships.change([to(undefined), to(4), to(undefined)]));
      expect(await sizes()).toEqual({});
    });

    test("of a profile that is not there throws, and nothing of it is kept", async () => {
      await put("ada");
      await expect(enter("active", "ada", "none")).rejects.toThrow("no profile none");
      expect(await sizes()).toEqual({});
    });

    test("members: in the order of profiles, in pages, while some enter and leave", async () => {
      await put("e", "d", "c", "b", "a");
      await enter("active", "a", "c", "d", "e");
      const members = (limit: number, after?: string) =>
        on.store.memberships.members({ audience: "active", limit, after });
      const first = await members(2);
      expect(first.items).toEqual([
        { profile: "e", since: start + 3 },
        { profile: "d", since: start + 2 },
      ]);
      await leave("active", "e", "d", "c");
      await enter("active", "b");
      expect((await members(9, first.next)).items).toEqual([
        { profile: "b", since: start },
        { profile: "a", since: start },
      ]);
      const all = await paged((query) => on.store.memberships.members({ audience: "active", ...query }), 1);
      expect(all.map((one) => one.profile)).toEqual(["b", "a"]);
      expect(await on.store.memberships.members({ audience: "none", limit: 9 })).toEqual({ items: [] });
    });

    test("clear: at most `limit`, and says how many", async () => {
      await put("a", "b", "c");
      await enter("active", "a", "b", "c");
      await enter("paying", "a");
      const clear = (audience: string, limit: number) => write(({ memberships }) => memberships.clear(audience, limit));
      expect(await clear("active", 2)).toBe(2);
      expect(await sizes()).toEqual({ active: 1, paying: 1 });
      expect(await clear("active", 2)).toBe(1);
      expect(await clear("active", 2)).toBe(0);
      expect(await clear("none", 2)).toBe(0);
      expect(await sizes()).toEqual({ paying: 1 });
    });
  });
}
