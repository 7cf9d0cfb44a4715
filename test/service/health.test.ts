import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { DefinitionKind } from "../../src/store/index.ts";
import { declare, type Harness, harness, program } from "./harness.ts";

let s: Harness;
beforeEach(async () => {
  s = await harness();
});
afterEach(() => s.close());

/** Stores a body as no version of this package writes it. */
const corrupt = (kind: DefinitionKind, name: string, body: Json) =>
  s.store.transaction(async ({ definitions }) => {
    const one = (await definitions.all()).find((one) => one.kind === kind && one.name === name)!;
    await definitions.put([{ ...one, body }]);
  });

async function health() {
  s.now += 250;
  const { status, body } = await s.request("GET", "/healthz", undefined, { who: "nobody" });
  return { status, ...body };
}

test.each<[DefinitionKind, string, Json, string]>([
  ["trigger", "welcome", { on: { once: "2026-03-02" } }, "on"],
  ["audience", "regulars", { where: "gt .visits (" }, "where"],
  ["stream", "shop", { identifiers: 1 }, "identifiers"],
])("a stored %s that cannot be read is named by /healthz, and the rest keeps working", async (kind, name, body, at) => {
  await declare(s, program, { welcome: "active" });
  expect(await health()).toEqual({ status: 200, ok: true });
  await corrupt(kind, name, body);
  const expected = {
    status: 503,
    ok: false,
    problem: expect.stringContaining("cannot be read; correct or remove"),
    definitions: expect.arrayContaining([{ kind, name, problem: expect.stringMatching(new RegExp(`^${at}\\b.*: .`)) }]),
  };
  expect(await health()).toEqual(expected);
  // Also once the trigger was set to failed for it.
  await s.engine.tick();
  expect(await health()).toEqual(expected);
  expect((await s.request("PUT", "/v1/profiles", { identifiers: { email: "a@example.com" } })).status).toBe(200);
  expect((await s.request("GET", "/v1/triggers")).status).toBe(200);
});

test("what is corrected or removed is healthy again", async () => {
  await declare(s, program, { welcome: "active" });
  await corrupt("trigger", "welcome", { on: {} });
  await s.engine.tick();
  expect(await health()).toMatchObject({ status: 503, definitions: [{ name: "welcome" }] });
  await s.engine.apply({ origin: "api", definitions: { trigger: { welcome: null } } });
  expect(await health()).toEqual({ status: 200, ok: true });
});
