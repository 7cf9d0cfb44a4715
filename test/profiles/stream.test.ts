import { describe, expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { alerting, sprig } from "../../src/functions/index.ts";
import { compileStream, type Mapped, type StreamDefinition, StreamError } from "../../src/profiles/index.ts";

const options = { functions: [sprig, alerting] };
const stream = (definition: StreamDefinition) => compileStream("orders", definition, options);

/** Returns the value that one field is mapped to. */
const field = (mapped: Mapped, payload: Json) => {
  const { update, problem } = stream({ identifiers: { email: "x" }, fields: { f: mapped } }).map(payload);
  return problem === undefined ? update?.fields?.f : { problem };
};

describe("a payload is mapped to identifiers, fields and a key", () => {
  const orders = stream({
    key: "{{ .id }}",
    identifiers: {
      email: "{{ .user.email | lower }}",
      device: { path: "user.devices" },
      user_id: { path: ".user.id" },
    },
    fields: {
      last_order: { path: "." },
      total: { template: "{{ .total }}", as: "number" },
      "plan.name": "{{ .plan }}",
      "plan.paid": { template: "{{ .paid }}", as: "boolean" },
      name: "{{ .user.first }} {{ .user.last }}",
    },
  });

  test("all of it", () => {
    const payload = {
      id: 7,
      user: { email: "Ada@X.y", devices: ["d1", 2], id: 9, first: "Ada", last: "L." },
      total: "12.50",
      plan: "pro",
      paid: true,
    };
    expect(orders.map(payload)).toEqual({
      key: "7",
      update: {
        identifiers: { email: "ada@x.y", device: ["d1", 2], user_id: 9 },
        fields: { last_order: payload, total: 12.5, plan: { name: "pro", paid: true }, name: "Ada L." },
      },
    });
  });

  test("what is missing or empty changes nothing, and never is the text <no value>", () => {
    for (const user of [{ email: "a@x.y", first: "Ada" }, { email: "a@x.y", first: null, last: "L.", devices: null, id: "" }]) {
      const payload: Json = { user, total: "", plan: " \n" };
      expect(orders.map(payload)).toEqual({
        update: { identifiers: { email: "a@x.y" }, fields: { last_order: payload } },
      });
    }
  }); // biome-ignore format: one line

  test.each<Json>([{}, { user: null }, { user: { email: null, id: null } }, [], "text", null, 5])(
    "of nobody: %j",
    (payload) => {
      expect(orders.map(payload).problem).toMatch(
        /^no identifier: email, device and user_id are all missing or empty$|can't evaluate field/,
      );
    },
  );

  test("without identifiers events are only kept", () => {
    expect(stream({ key: "{{.id}}", fields: { a: "{{ fail `x` }}" } }).map({ id: "k" })).toEqual({ key: "k" });
    expect(stream({}).map({})).toEqual({});
  });
});

describe("a field", () => {
  test.each<[Mapped, Json, unknown]>([
    [{ path: "a.b.1.c" }, { a: { b: [0, { c: [1, null] }] } }, [1, null]],
    [{ path: "a" }, { a: null }, null],
    [{ path: "a" }, { a: "" }, undefined],
    [{ path: "a" }, { a: 0 }, 0],
    [{ path: "a" }, { a: false }, false],
    [{ path: "a.b" }, { a: "text" }, undefined],
    [{ path: "length" }, ["x"], undefined],
    [{ path: "constructor" }, {}, undefined],
    [{ path: "__proto__" }, {}, undefined],
    ["{{ .a | default `none` }}", {}, "none"],
    ["{{ with .a }}{{ .b }}{{ end }}", {}, undefined],
    ["{{ if .a }}yes{{ else }}no{{ end }}", {}, "no"],
    ["{{ .a }}", { a: 0 }, "0"],
    ["{{ .a.b.c | upper }}", { a: {} }, undefined],
    ["{{ .a.b.c | upper }}", { a: null }, undefined],
    ["{{ range .items }}{{ .sku }},{{ end }}", { items: [{ sku: "a" }, { sku: "b" }] }, "a,b,"],
    [{ template: "{{ .a }}", as: "number" }, { a: 1e21 }, 1e21],
    [{ template: " {{ .a }}\n", as: "number" }, { a: "-1.5e3" }, -1500],
    [{ template: "{{ .a }}", as: "number" }, { a: "12 EUR" }, { problem: 'fields.f: "12 EUR" is no number' }],
    [{ template: "{{ .a }}", as: "number" }, { a: "0x10" }, { problem: 'fields.f: "0x10" is no number' }],
    [{ template: "{{ .a }}", as: "number" }, { a: "1e999" }, { problem: 'fields.f: "1e999" is no number' }],
    [{ template: "{{ .a }}", as: "number" }, { a: "Infinity" }, { problem: 'fields.f: "Infinity" is no number' }],
    [{ template: "{{ .a }}", as: "boolean" }, { a: "ON" }, true],
    [{ template: "{{ .a }}", as: "boolean" }, { a: 0 }, false],
    [{ template: "{{ .a }}", as: "boolean" }, { a: "perhaps" }, { problem: 'fields.f: "perhaps" is no boolean' }],
    [{ template: "[{{ .a }}, null]", as: "json" }, { a: 1 }, [1, null]],
    [{ template: "null", as: "json" }, {}, null],
    [{ template: "[{{ .a }}", as: "json" }, { a: 1 }, { problem: 'fields.f: "[1" is no JSON' }],
    ["{{ fail .a }}", { a: "no" }, { problem: 'template: orders.fields.f:1:3: executing "orders.fields.f" at <fail .a>: error calling fail: no' }],
    ["{{ abort `stop` }}", {}, { problem: "fields.f: the template called abort: stop" }],
    ["{{ until 100000000 }}", {}, { problem: expect.stringContaining("exceeded maximum") }],
    ["{{ range .items }}{{ .sku | upper }}{{ end }}", { items: [{}] }, { problem: expect.stringContaining("invalid value; expected string") }],
  ])("%j of %j", (mapped, payload, expected) => {
    expect(field(mapped, payload)).toEqual(expected);
  }); // biome-ignore format: a table

  test("called __proto__ is a field", () => {
    const fields = JSON.parse('{"__proto__": {"path": "a"}, "constructor.prototype.x": {"path": "a"}}');
    const { update } = stream({ identifiers: { email: "x" }, fields }).map({ a: { polluted: 1 } });
    expect(JSON.stringify(update!.fields)).toBe(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":{"polluted":1}}}}',
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

test.each<[Mapped, Json, string]>([
  [{ path: "a" }, { a: { b: 1 } }, 'identifiers.email: an identifier is text or a number, or a list of these, not {"b":1}'],
  [{ path: "a" }, { a: [null] }, "identifiers.email: an identifier is text or a number, or a list of these, not [null]"],
  [{ path: "a" }, { a: true }, "identifiers.email: an identifier is text or a number, or a list of these, not true"],
  [{ path: "a" }, {}, "no identifier: email is missing or empty"],
])("an identifier %j of %j: %s", (mapped, payload, problem) => {
  expect(stream({ identifiers: { email: mapped } }).map(payload)).toEqual({ problem });
}); // biome-ignore format: a table

test("a key that is too long is a problem, one that is missing is none", () => {
  const keyed = stream({ key: "{{ .id }}", identifiers: { email: "x" } });
  expect(keyed.map({ id: "x".repeat(513) })).toEqual({ problem: "key: it is longer than 512 characters" });
  expect(keyed.map({})).toEqual({ update: { identifiers: { email: "x" }, fields: {} } });
});

test.each<[StreamDefinition, path: string[], message: string]>([
  [{ key: "{{ .id" }, ["key"], "template: orders.key:1: unclosed action"],
  [{ identifiers: { email: "{{ nosuch .a }}" } }, ["identifiers", "email"], 'template: orders.identifiers.email:1: function "nosuch" not defined'],
  [{ fields: { a: { template: "{{ end }}", as: "json" } } }, ["fields", "a", "template"], "template: orders.fields.a:1: unexpected {{end}}"],
  [{ fields: { a: { path: "x..y" } } }, ["fields", "a", "path"], '"x..y" has an empty name between its dots'],
  [{ fields: { "a.": "x" } }, ["fields", "a."], '"a." has an empty name between its dots'],
  [{ fields: { "a.b.c": "x", "a.b": "x" } }, ["fields", "a.b.c"], "a.b.c is part of a.b, which is mapped too"],
])("what cannot be is refused with its place: %j", (definition, path, message) => {
  let error: unknown;
  try {
    stream(definition);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(StreamError);
  expect({ path: (error as StreamError).path, message: (error as StreamError).message }).toEqual({ path, message });
}); // biome-ignore format: a table
