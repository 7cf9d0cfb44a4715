import { expect, test } from "vitest";
import { addSample, createShape, lint, shapeOf } from "../../src/lint/index.ts";

test("samples are folded: kinds, how often something is absent, null or empty", () => {
  const shape = shapeOf([
    { a: "x", l: [1, 2.5] },
    { a: null, l: [] },
    { a: "", b: true },
  ]);
  expect(shape.seen).toBe(3);
  const a = shape.fields.get("a")!;
  expect([...a.kinds]).toEqual([
    ["string", 2],
    ["nil", 1],
  ]);
  expect(a.empty).toBe(1);
  expect(shape.fields.get("b")!.seen).toBe(1);
  const list = shape.fields.get("l")!;
  expect(list).toMatchObject({ seen: 2, empty: 1, shortest: 0 });
  expect([...list.items!.kinds]).toEqual([
    ["int", 1],
    ["float", 1],
  ]);
});

test("samples may come one by one", () => {
  const shape = createShape();
  for (let i = 0; i < 1000; i++) addSample(shape, i % 4 === 0 ? {} : { name: "Ada" });
  expect(lint("Hey, {{ .name }}", { shape })[0]!.message).toContain(".name is missing in 250 of 1000 samples");
});

test("maps with very many keys are tables, in which any key may be", () => {
  const table = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  expect(lint("{{ .nope }}", { samples: [table] })).toEqual([]);
});

test("samples are not changed", () => {
  const sample = Object.freeze({ a: Object.freeze([Object.freeze({ b: 1 })]) });
  expect(() => shapeOf([sample])).not.toThrow();
});
