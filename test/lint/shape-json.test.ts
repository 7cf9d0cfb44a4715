import fc from "fast-check";
import { expect, test } from "vitest";
import {
  lint,
  type Shape,
  type ShapeJson,
  shapeFromJson,
  shapeOf,
  shapeOfSchema,
  shapeToJson,
} from "../../src/lint/index.ts";

const throughText = (shape: Shape): Shape => shapeFromJson(JSON.parse(JSON.stringify(shapeToJson(shape))));

test("a shape of any samples is the same after a round trip through JSON text", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (samples) => {
      const shape = shapeOf(samples);
      expect(throughText(shape)).toEqual(shape);
    }),
    { numRuns: 200 },
  );
});

test("fields may have any name", () => {
  const shape = shapeOf([JSON.parse('{"__proto__":{"a":1},"constructor":[true]}')]);
  expect(throughText(shape)).toEqual(shape);
});

test("a schema that refers to itself stays a circle", () => {
  const schema = {
    type: "object",
    properties: { name: { type: "string" }, parent: { $ref: "#" } },
    required: ["name"],
    additionalProperties: false,
  };
  const again = throughText(shapeOfSchema(schema));
  expect(again).toEqual(shapeOfSchema(schema));
  expect(again.fields.get("parent")?.fields.get("parent")).toBe(again.fields.get("parent"));
  const found = lint("{{ .parent.parent.nam }}", { shape: again }).map(({ rule }) => rule);
  expect(found).toEqual(["missing-value", "unknown-field"]);
});

test("what is no shape is refused", () => {
  expect(() => shapeFromJson({ shapes: [] })).toThrow(new TypeError("not the JSON of a shape: there is no shape 0"));
  const dangling: ShapeJson = { shapes: [{ from: "samples", seen: 1, kinds: { list: 1 }, items: 7 }] };
  expect(() => shapeFromJson(dangling)).toThrow(new TypeError("not the JSON of a shape: there is no shape 7"));
});
