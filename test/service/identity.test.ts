import { createHmac } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { declare, type Harness, harness, type Who } from "./harness.ts";

const identifiers = { anon: "{{ .anon }}", email: "{{ .email }}" };
const fields = { name: "{{ .name }}", n: { path: "n" } };
const verify = { hmac: { secrets: ["s1"], header: "x-sig" } };
const mapped = { identifiers, fields, key: "{{ .id }}" };

let s: Harness;
beforeEach(async () => {
  s = await harness();
  await declare(s, {
    profiles: { profiles: { identifiers: { email: null, anon: null }, merge: { n: "sum" }, maxBytes: 100 } },
    stream: {
      web: mapped,
      known: { ...mapped, identity: "known" },
      signed: { ...mapped, verify },
      limited: { ...mapped, verify, identity: "add" },
      open: { ...mapped, identity: "merge" },
    },
  });
  await s.engine.update([{ identifiers: { email: "ada@example.com", anon: "a" }, fields: { name: "Ada", n: 1e308 } }]);
});
afterEach(() => s.close());

const post = async (stream: string, payload: unknown, who: Who = "collect", signed = false) => {
  const text = JSON.stringify(payload);
  const headers = signed ? { "x-sig": createHmac("sha256", "s1").update(text).digest("hex") } : undefined;
  const { status, body } = await s.request("POST", `/v1/collect/${stream}`, text, { who, ...(headers && { headers }) });
  return [status, body.results];
};

const people = async () =>
  (await s.store.profiles.list({ limit: 9 })).items.map((one) => [
    one.identifiers.map(({ value }) => value),
    one.fields.name,
  ]);

test.each(["web", "known", "signed"])("a collect key is told the same of everybody on %s", async (stream) => {
  const told = [202, [{ accepted: true }]];
  const names = ["ada@example.com", "nobody@example.com"];
  for (const [i, email] of names.entries()) {
    // Once more: that it came before is not told, either.
    for (let again = 0; again < 2; again++) expect(await post(stream, { id: `a${i}`, email })).toEqual(told);
    expect(await post(stream, { id: `b${i}`, email, anon: "evil" })).toEqual(told);
    expect(await post(stream, { id: `c${i}`, email, anon: "a" })).toEqual(told);
    // What only goes wrong with somebody who has fields already: a sum that is too high, a profile that is too big.
    expect(await post(stream, { id: `d${i}`, email, n: 1e308 })).toEqual(told);
    expect(await post(stream, { id: `e${i}`, email, name: "x".repeat(70) })).toEqual(told);
  }
  const problem = expect.stringContaining("no identifier");
  expect(await post(stream, { id: "f" })).toEqual([202, [{ accepted: true, problem }]]);
  const [first] = await people();
  expect(first![0]).toEqual(["ada@example.com", "a"]);
});

test("a sender who may not merge adds no identifier to a profile, and learns nothing", async () => {
  const posted = await post("web", { id: 1, anon: "evil", email: "ada@example.com", name: "Eve" });
  expect(posted).toEqual([202, [{ accepted: true }]]);
  expect(await people()).toEqual([[["ada@example.com", "a"], "Eve"]]);
  expect(await s.store.profiles.find([{ kind: "anon", value: "evil" }])).toEqual([undefined]);
});

test("a sender who may read receives the whole result", async () => {
  const [ada] = await s.store.profiles.find([{ kind: "email", value: "ada@example.com" }]);
  const id = expect.stringMatching(/^evt_/);
  expect(await post("web", { id: 1, email: "ada@example.com", anon: "x" }, "all")).toEqual([
    202,
    [
      {
        id,
        profile: ada,
        refused: [expect.stringMatching(/^identifier anon: a stream without identity: merge gives/)],
      },
    ],
  ]);
  expect(await post("web", { id: 1, email: "ada@example.com" }, "all")).toEqual([202, [{ duplicate: true }]]);
  expect(await post("known", { id: 1, email: "no@example.com" }, "all")).toEqual([
    202,
    [{ id, problem: "it matches no existing profile, and may not create one" }],
  ]);
  const { body } = await s.request("GET", "/v1/events");
  expect(body.items.map((one: { refused?: unknown; problem?: string }) => [one.refused, one.problem])).toEqual([
    [undefined, "it matches no existing profile, and may not create one"],
    [[expect.stringContaining("identifier anon")], undefined],
  ]);
});

test("so does a sender who may merge: by signature, or by the stream's identity", async () => {
  const [ada] = await s.store.profiles.find([{ kind: "email", value: "ada@example.com" }]);
  const whole = [202, [{ id: expect.stringMatching(/^evt_/), profile: ada }]];
  expect(await post("signed", { id: 1, email: "ada@example.com", anon: "b" }, "nobody", true)).toEqual(whole);
  expect(await post("open", { id: 1, email: "ada@example.com", anon: "c" })).toEqual(whole);
  expect(await people()).toEqual([[["ada@example.com", "a", "b", "c"], "Ada"]]);
  const limited = await post("limited", { id: 1, email: "ada@example.com", anon: "d" }, "nobody", true);
  expect(limited).toEqual([202, [{ accepted: true }]]);
  expect((await people())[0]![0]).not.toContain("d");
});

test("a merge is undone with the scope write", async () => {
  const update = async (identifiers: object, fields: object = {}) =>
    (await s.request("PUT", "/v1/profiles", { identifiers, fields })).body.profile;
  const bob = await update({ email: "bob@example.com" }, { name: "Bob" });
  const ada = await update({ email: ["ada@example.com", "bob@example.com"] });
  expect(ada).toMatchObject({ fields: { name: "Bob" }, version: 2 });
  for (const who of ["collect", "read"] as const) {
    expect((await s.request("POST", `/v1/profiles/${bob.id}/split`, undefined, { who })).status).toBe(403);
  }
  const split = await s.request("POST", `/v1/profiles/${bob.id}/split`, undefined, { who: "write" });
  expect([split.status, split.body]).toEqual([
    200,
    { profile: bob, from: (await s.request("GET", `/v1/profiles/${ada.id}`)).body, reassigned: [] },
  ]);
  expect(split.body.from).toMatchObject({ fields: { name: "Ada" }, version: 3 });
  const again = await s.request("POST", `/v1/profiles/${bob.id}/split`);
  expect([again.status, again.body.detail]).toEqual([409, `nothing was merged into ${bob.id} within the last 30 days`]);
  expect((await s.request("POST", "/v1/profiles/none/split")).status).toBe(404);
});

test("a forgotten profile is in no stored response, under any of its ids", async () => {
  const put = async (key: string, body: object) =>
    (await s.request("PUT", "/v1/profiles", body, { headers: { "idempotency-key": key } })).body.profile;
  const bob = await put("k1", { identifiers: { email: "bob@example.com" }, fields: { name: "BOB" } });
  await put("k2", { identifiers: { email: ["ada@example.com", "bob@example.com"] } });
  const kept = async () => (await put("k1", { identifiers: { email: "bob@example.com" }, fields: { name: "BOB" } })).id;
  expect(await kept()).toBe(bob.id);
  expect((await s.request("DELETE", `/v1/profiles/${bob.id}`)).status).toBe(200);
  expect(await kept()).not.toBe(bob.id);
});
