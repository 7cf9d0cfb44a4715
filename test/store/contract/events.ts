import { describe, expect, test } from "vitest";
import type { EngineStore } from "../../../src/store/index.ts";
import { event, hostile, hostileTexts, idsOf, paged, start } from "../builders.ts";
import { openStore } from "./harness.ts";

/** Tests what every store promises about events. */
export function describeEvents(make: () => EngineStore): void {
  const on = openStore(make);
  const { write, put } = on;

  describe("events", () => {
    const list = (query: Partial<Parameters<EngineStore["events"]["list"]>[0]> = {}) =>
      on.store.events.list({ limit: 9, ...query });

    test("kept whole, newest first, by stream, profile and problem", async () => {
      await put("ada", "bob");
      const all = [
        event("evt_1", { profile: "ada", key: "k" }),
        event("evt_2", { stream: "web", problem: "no email", receivedAt: start - 5 }),
        event("evt_3", { profile: "bob", payload: hostile }),
        event("evt_4", { problem: "no email", profile: "ada", payload: null }),
      ];
      await write(({ events }) => events.add(all));
      expect((await list()).items).toEqual(all.toReversed());
      expect(idsOf((await list({ stream: "shop" })).items)).toEqual(["evt_4", "evt_3", "evt_1"]);
      expect(idsOf((await list({ profile: "ada" })).items)).toEqual(["evt_4", "evt_1"]);
      expect(idsOf((await list({ problems: true })).items)).toEqual(["evt_4", "evt_2"]);
      expect(idsOf((await list({ problems: true, stream: "web" })).items)).toEqual(["evt_2"]);
      expect(idsOf((await list({ problems: true, profile: "ada", stream: "shop" })).items)).toEqual(["evt_4"]);
      expect(await list({ stream: "none" })).toEqual({ items: [] });
      expect(await list({ profile: "none" })).toEqual({ items: [] });
      expect(idsOf(await paged((query) => list({ ...query, stream: "shop" }), 1))).toEqual(["evt_4", "evt_3", "evt_1"]);
    });

    test("pages while events come in and go", async () => {
      await write(({ events }) =>
        events.add(["1", "2", "3", "4"].map((id) => event(`evt_${id}`, { receivedAt: Number(id) }))),
      );
      const first = await list({ limit: 2 });
      expect(idsOf(first.items)).toEqual(["evt_4", "evt_3"]);
      await write(async ({ events }) => {
        await events.add([event("evt_5")]);
        await events.prune("shop", 2, 9);
      });
      expect(idsOf((await list({ after: first.next })).items)).toEqual(["evt_2"]);
    });

    test("known: within its stream, whatever the key", async () => {
      await write(({ events }) =>
        events.add([
          ...hostileTexts.map((key, i) => event(`evt_${i}`, { key })),
          event("evt_w", { key: "web", stream: "web" }),
        ]),
      );
      await write(async ({ events }) => {
        expect(await events.known("shop", [...hostileTexts, "web", "a", "a\u0000"])).toEqual(new Set(hostileTexts));
        expect(await events.known("web", ["web", ""])).toEqual(new Set(["web"]));
        expect(await events.known("none", ["web"])).toEqual(new Set());
        expect(await events.known("shop", [])).toEqual(new Set());
      });
    });

    test("a key or an id that is kept throws; without a key, events are never the same", async () => {
      await write(({ events }) => events.add([event("evt_1", { key: "k" }), event("evt_2"), event("evt_3")]));
      await expect(write(({ events }) => events.add([event("evt_4"), event("evt_5", { key: "k" })]))).rejects.toThrow();
      await expect(write(({ events }) => events.add([event("evt_1")]))).rejects.toThrow();
      await expect(write(({ events }) => events.add([event("evt_6", { profile: "none" })]))).rejects.toThrow(
        "no profile none",
      );
      await write(({ events }) => events.add([event("evt_7", { key: "k", stream: "web" })]));
      expect(idsOf((await list()).items)).toEqual(["evt_7", "evt_3", "evt_2", "evt_1"]);
    });

    test("prune: of a stream, before a time, oldest first, at most `limit`; keys are free then", async () => {
      await write(({ events }) =>
        events.add([
          event("evt_1", { receivedAt: 3, key: "3" }),
          event("evt_2", { receivedAt: 1, key: "1" }),
          event("evt_3", { receivedAt: 2 }),
          event("evt_4", { receivedAt: 1, stream: "web" }),
        ]),
      );
      const prune = (before: number, limit: number) => write(({ events }) => events.prune("shop", before, limit));
      expect(await prune(3, 1)).toBe(1);
      expect(idsOf((await list()).items)).toEqual(["evt_4", "evt_3", "evt_1"]);
      expect(await prune(3, 9)).toBe(1);
      expect(await prune(3, 9)).toBe(0);
      expect(await write(({ events }) => events.prune("none", 9, 9))).toBe(0);
      expect(idsOf((await list()).items)).toEqual(["evt_4", "evt_1"]);
      await write(async ({ events }) => {
        expect(await events.known("shop", ["1", "3"])).toEqual(new Set(["3"]));
        await events.add([event("evt_5", { key: "1" })]);
      });
      expect(await write(({ events }) => events.prune(undefined, 3, 9))).toBe(1);
      expect(idsOf((await list()).items)).toEqual(["evt_5", "evt_1"]);
    });
  });
}
