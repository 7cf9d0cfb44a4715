import { expect, test } from "vitest";
import { temporaryFolder } from "../stores/folder.ts";
import { crash } from "./crash.ts";

const folder = temporaryFolder();

test("processes that are killed lose nothing", async () => {
  const { kills, accepted, settled, faults } = await crash(folder.file(), 6, Math.random);
  expect(faults).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(6);
  expect(settled.delivered + settled.dead).toBeGreaterThanOrEqual(accepted);
  expect(accepted).toBeGreaterThan(0);
}, 240_000);
