import { expect, test } from "vitest";
import { pick } from "../../src/profiles/index.ts";
import type { Fields } from "../../src/store/index.ts";

const fields: Fields = {
  email: "a@x.y",
  plan: { name: "pro", seats: 3, owner: { name: "Ada", phone: "1" } },
  items: [{ sku: "a", price: 1 }, { sku: "b" }, "text", [{ sku: "c", price: 2 }]],
  nothing: null,
};

test.each<[string[], unknown]>([
  [[], {}],
  [["email"], { email: "a@x.y" }],
  [["plan.name", "plan.owner.name"], { plan: { name: "pro", owner: { name: "Ada" } } }],
  [["plan.name", "plan"], { plan: fields.plan }],
  [["plan", "plan.name"], { plan: fields.plan }],
  [["items.sku"], { items: [{ sku: "a" }, { sku: "b" }, [{ sku: "c" }]] }],
  [["nothing", "missing", "email.deeper", "plan.missing.deeper"], { nothing: null, plan: {} }],
  [["constructor", "toString.name", "__proto__", "email.length"], {}],
])("%j", (paths, expected) => {
  expect(pick(fields, paths)).toEqual(expected);
});

test("a field called __proto__ is a field", () => {
  const odd: Fields = JSON.parse('{"__proto__": {"a": 1, "b": 2}}');
  expect(JSON.stringify(pick(odd, ["__proto__.a"]))).toBe('{"__proto__":{"a":1}}');
});
