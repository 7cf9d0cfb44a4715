import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { changedStreamMeanings } from "../../src/triggers/definition/stream-identity.ts";
import { createHarness, type Declared, trigger } from "./harness.ts";

const identifiers = { anon: "{{ .anon }}", email: "{{ .email }}" };
const fields = { name: "{{ .name }}", email: "{{ .email }}", "contact.hook": "{{ .hook }}", n: { path: "n" } };

/** Profiles by the kinds in their order: the first counts most. */
async function opened(kinds: readonly string[], stream: Json = {}, profiles: { readonly [key: string]: Json } = {}) {
  const s = createHarness();
  const kindsOf = Object.fromEntries(kinds.map((kind) => [kind, null]));
  await s.declare({
    profiles: { profiles: { identifiers: kindsOf, ...profiles } },
    stream: { web: { identifiers, fields, ...(stream as object) } },
  } as Declared);
  const people = async () =>
    (await s.store.profiles.list({ limit: 99 })).items.map((one) => ({
      ids: one.identifiers.map(({ kind, value }) => `${kind}=${value}`),
      fields: one.fields,
    }));
  const events = async () =>
    [...(await s.store.events.list({ limit: 99 })).items]
      .reverse()
      .map(({ problem, refused }) => problem ?? refused ?? "");
  const post = (...payloads: Json[]) => s.engine.collect("web", payloads);
  return { s, people, events, post };
}

const ada = { anon: "ada-1", email: "ada@example.com", name: "Ada" };
const notGiven = "a stream without identity: merge gives identifiers only to profiles that it creates";

describe("a stream that adds, as without a signature", () => {
  test.each([
    [
      "the address counts most: fields are set, and the stranger's identifier is on nobody",
      ["email", "anon"],
      [{ ids: ["email=ada@example.com", "anon=ada-1"], fields: { name: "Eve", email: "ada@example.com" } }],
      [`identifier anon: ${notGiven}`],
    ],
    [
      "the browser counts most: it is a person of its own without the address",
      ["anon", "email"],
      [
        { ids: ["anon=ada-1", "email=ada@example.com"], fields: { name: "Ada", email: "ada@example.com" } },
        { ids: ["anon=evil"], fields: { name: "Eve", email: "ada@example.com" } },
      ],
      [`identifier email: ${notGiven}`],
    ],
  ] as const)("whoever names an address does not take its profile over: %s", async (_, kinds, expected, note) => {
    const { people, events, post } = await opened(kinds);
    await post(ada);
    await post({ anon: "evil", email: "ada@example.com", name: "Eve" });
    expect(await people()).toEqual(expected);
    expect(await events()).toEqual(["", note]);
  });

  test("two people at one device stay two", async () => {
    const { people, post } = await opened(["email", "anon"]);
    await post({ anon: "tablet", email: "mum@example.com" }, { anon: "tablet", email: "dad@example.com" });
    expect((await people()).map(({ ids }) => ids)).toEqual([
      ["email=mum@example.com", "anon=tablet"],
      ["email=dad@example.com"],
    ]);
  });

  test("two who are known are not merged; the one that counts most gets the fields", async () => {
    const { people, post } = await opened(["email", "anon"]);
    await post({ email: "ada@example.com" }, { anon: "b", name: "Bob" });
    await post({ email: "ada@example.com", anon: "b", n: 1 });
    expect(await people()).toEqual([
      { ids: ["email=ada@example.com"], fields: { email: "ada@example.com", n: 1 } },
      { ids: ["anon=b"], fields: { name: "Bob" } },
    ]);
  });

  test("a new person has no more of a kind than one person can", async () => {
    const { people, events, post } = await opened(
      ["email"],
      {
        identifiers: { email: { path: "emails" } },
        fields: {},
      },
      { identifiers: { email: { limit: 1 } } },
    );
    await post({ emails: ["a@x.y", "b@x.y"] });
    expect((await people()).map(({ ids }) => ids)).toEqual([["email=a@x.y"]]);
    expect(await events()).toEqual([["identifier email: a profile has at most 1 email"]]);
  });

  test("signed requests of a stream with a signature merge, others do not", async () => {
    const verify = { hmac: { secrets: ["s"], header: "x-sig" } };
    const { s, people, post } = await opened(["email", "anon"], { verify });
    await post({ email: "a@x.y" }, { anon: "b" });
    await post({ email: "a@x.y", anon: "b" });
    expect(await people()).toHaveLength(2);
    await s.engine.collect("web", [{ email: "a@x.y", anon: "b" }], { signed: true });
    expect((await people()).map(({ ids }) => ids)).toEqual([["email=a@x.y", "anon=b"]]);
  });
});

test("a stream that merges does so without a signature, and operators' updates always", async () => {
  const { s, people, post } = await opened(["email", "anon"], { identity: "merge" });
  await post({ email: "a@x.y" }, { anon: "b" }, { email: "a@x.y", anon: "b" });
  expect((await people()).map(({ ids }) => ids)).toEqual([["email=a@x.y", "anon=b"]]);
  const other = await opened(["email", "anon"]);
  await other.post({ email: "a@x.y" }, { anon: "b" });
  await other.s.engine.update([{ identifiers: { email: "a@x.y", anon: "b" } }]);
  expect(await other.people()).toHaveLength(1);
  expect(s.problems).toEqual([]);
});

test("a stream of people who are known creates nobody, and says nothing else of them", async () => {
  const { s, people, events, post } = await opened(["email", "anon"], { identity: "known" });
  await s.engine.update([{ identifiers: { email: "ada@example.com" }, fields: { name: "Ada" } }]);
  const problem = "it matches no existing profile, and may not create one";
  expect(
    await post({ email: "ada@example.com", anon: "x", n: 1 }, { email: "bob@example.com", anon: "x", n: 2 }),
  ).toEqual([
    { id: expect.any(String), profile: expect.any(String), refused: [`identifier anon: ${notGiven}`] },
    { id: expect.any(String), problem, confidential: true },
  ]);
  expect(await people()).toEqual([
    { ids: ["email=ada@example.com"], fields: { name: "Ada", email: "ada@example.com", n: 1 } },
  ]);
  expect(await events()).toEqual([[`identifier anon: ${notGiven}`], problem]);
});

describe("what is protected", () => {
  const protect = ["email", "contact.hook"];
  const note = (path: string) => `field ${path}: it is protected: only streams with identity: merge may change it`;

  test("fields are changed by streams that merge and by operators alone", async () => {
    const { s, people, events, post } = await opened(["anon"], {}, { protect });
    await s.engine.update([{ identifiers: { anon: "a" }, fields: { email: "ada@x.y", contact: { hook: "h", n: 1 } } }]);
    await post({ anon: "a", email: "eve@x.y", hook: "evil", name: "Eve" });
    expect((await people())[0]!.fields).toEqual({ email: "ada@x.y", contact: { hook: "h", n: 1 }, name: "Eve" });
    expect((await events())[0]!.slice(0, 2)).toEqual([note("email"), note("contact.hook")]);
    await s.declare({ stream: { web: { identifiers: { anon: "{{ .anon }}" }, fields, identity: "merge" } } });
    await post({ anon: "a", email: "new@x.y", hook: "new" });
    expect((await people())[0]!.fields).toEqual({ email: "new@x.y", contact: { hook: "new", n: 1 }, name: "Eve" });
  });

  test.each([
    ["the map that it is in is replaced", { path: "contact" }, {}, "text"],
    ["the map that it is in is removed", { path: "contact" }, {}, null],
    ["the map that it is in is merged as a whole", { path: "contact" }, { contact: "last" }, { n: 2 }],
    ["it is given inside a map", { path: "contact" }, {}, { hook: "evil" }],
    ["it is removed", { path: "contact" }, {}, { hook: null }],
  ] as const)("nor by another way: %s", async (_, mapped, merge, contact) => {
    const { s, people, post } = await opened(
      ["anon"],
      { identifiers: { anon: "{{ .anon }}" }, fields: { contact: mapped } },
      { protect, merge },
    );
    await s.engine.update([{ identifiers: { anon: "a" }, fields: { contact: { hook: "h" } } }]);
    await post({ anon: "a", contact });
    expect((await people())[0]!.fields).toEqual({ contact: { hook: "h" } });
  });

  test("what stands beside it in the same map is set", async () => {
    const { people, post } = await opened(
      ["anon"],
      { identifiers: { anon: "{{ .anon }}" }, fields: { contact: { path: "contact" } } },
      { protect },
    );
    await post({ anon: "a", contact: { hook: "evil", n: 2 } });
    expect((await people())[0]!.fields).toEqual({ contact: { n: 2 } });
  });

  test("an identifier finds who has it, and is given to nobody", async () => {
    const { s, people, events, post } = await opened(["email", "anon"], {}, { protect });
    await s.engine.update([{ identifiers: { email: "ada@example.com" } }]);
    await post(
      { email: "ada@example.com", n: 1 },
      { email: "new@example.com", anon: "evil" },
      { email: "new@example.com" },
    );
    expect(await people()).toEqual([
      { ids: ["email=ada@example.com"], fields: { n: 1 } },
      { ids: ["anon=evil"], fields: {} },
    ]);
    expect((await events())[1]).toEqual([
      note("email"),
      "identifier email: it is protected: only streams with identity: merge may set it",
    ]);
    expect((await events())[2]).toContain("it matches no existing profile");
  });

  test("a path with an empty name is refused", async () => {
    const wrong = createHarness().declare({ profiles: { profiles: { protect: ["a..b"] } } });
    await expect(wrong).rejects.toThrow('"a..b" has an empty name between its dots');
  });
});

describe("plan", () => {
  const old = (body: object) =>
    ({ kind: "stream", name: "web", body, origin: "file", createdAt: 0, updatedAt: 0, status: {} }) as never;
  const web = { identifiers, fields };

  test.each([
    [
      "not signed",
      web,
      "stream web changes: it is not signed and does not say identity: it is add from now on, and merges no profiles any more; if everybody who can post to it may merge profiles, write identity: merge",
    ],
    [
      "signed",
      { ...web, verify: { hmac: { secrets: ["s"], header: "x-sig" } } },
      "stream web changes: identity is merge for signed requests, add for others from now on; every request merged profiles before; if everybody who can post to it may merge profiles, write identity: merge",
    ],
  ])("says once what an earlier version's stream is from now on: %s", async (_, body, effect) => {
    const s = createHarness();
    await s.declare({ profiles: { profiles: { identifiers: { email: null, anon: null } } } });
    await s.store.transaction(({ definitions }) => definitions.put([old(body)]));
    // It does not merge, whether that was looked at or not.
    await s.engine.collect("web", [{ email: "a@x.y" }, { anon: "b" }, { email: "a@x.y", anon: "b" }]);
    expect(await s.store.profiles.count()).toBe(2);
    const desired = { origin: "file", definitions: { stream: { web: body } }, complete: true } as never;
    expect((await s.engine.plan(desired)).steps).toMatchObject([{ kind: "stream", action: "change", effect }]);
    expect(await changedStreamMeanings(s.store)).toEqual([effect.replace("stream web changes", "stream web")]);
    await s.engine.apply(desired);
    expect(await changedStreamMeanings(s.store)).toEqual([]);
    expect((await s.engine.plan(desired)).steps).toEqual([]);
  });

  test("one that only keeps events, or cannot be read, is left alone", async () => {
    const s = createHarness();
    for (const body of [{ key: "{{ .id }}" }, { odd: true }]) {
      await s.store.transaction(({ definitions }) => definitions.put([old(body)]));
      const desired = { origin: "file", definitions: { stream: { web: body } }, complete: true } as never;
      expect((await s.engine.plan(desired)).steps).toEqual([]);
    }
  });

  test("says what a change makes of it", async () => {
    const s = createHarness();
    const step = async (body: object) =>
      (await s.engine.plan({ origin: "api", definitions: { stream: { web: body as Json } } })).steps.map(
        ({ effect }) => effect,
      );
    expect(await step(web)).toEqual(["stream web is new"]);
    await s.declare({ stream: { web } as never });
    expect(await step({ ...web, identity: "merge" })).toEqual(["stream web changes: identity is merge instead of add"]);
    expect(await step({ ...web, identity: "add" })).toEqual(["stream web changes"]);
    expect(await step({ ...web, verify: { hmac: { secrets: ["s"], header: "x-sig" } } })).toEqual([
      "stream web changes: identity is merge for signed requests, add for others instead of add",
    ]);
  });

  const warned = async (declared: Declared) => {
    const { findings } = await createHarness().engine.plan({ origin: "api", definitions: declared });
    return findings.map(({ where, severity, message }) => `${where}: ${severity}: ${message}`);
  };
  const alert = (to: string, on: Json = { enter: "all" }) => trigger(on, { send: [{ channel: "crm", to }] });
  const audience = { all: { where: ".name" } };

  test.each([
    ["{{ .email }}", ".email"],
    ['{{ index . "email" }}', ".email"],
    ["{{ .contact.hook }}", ".contact.hook"],
    ["{{ .contact }}", ".contact.hook"],
  ])("warns where %s is an address that a stranger can set", async (to, field) => {
    const declared = { audience, stream: { web }, trigger: { t: alert(to) } } as Declared;
    const name = field.slice(1);
    expect(await warned(declared)).toEqual([
      `trigger t: send.0.to: warning: ${field} can be set by whoever can post to the stream web, and says where this alert goes; protect it (profiles: { protect: [${name}] }), or write identity: merge if all who can post to web are trusted`,
    ]);
    expect(await warned({ ...declared, profiles: { profiles: { protect: [name] } } })).toEqual([]);
    expect(await warned({ ...declared, stream: { web: { ...web, identity: "merge" } } as never })).toEqual([]);
    expect(await warned({ ...declared, trigger: { t: alert("{{ .address }}") } })).toEqual([]);
  });

  test("warns where the event itself says where its alert goes", async () => {
    const t = alert("{{ .trigger.event.email }}", { event: "web" });
    expect(await warned({ stream: { web } as never, trigger: { t } })).toEqual([
      "trigger t: send.0.to: warning: .trigger.event is what was posted to the stream web: whoever can post to it without being allowed to merge decides where this alert goes; use a field that is protected",
    ]);
    expect(await warned({ stream: { web: { ...web, identity: "merge" } } as never, trigger: { t } })).toEqual([]);
  });
});
