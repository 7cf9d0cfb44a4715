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
  expect(lint("Hey, {{ .name }}", { shape })[0]!.message).toContain(".name is missing in 250 of 1,000 samples");
});

test("maps with very many keys are tables, in which any key may be", () => {
  const table = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  expect(lint("{{ .nope }}", { samples: [table] })).toEqual([]);
});

test("samples are not changed", () => {
  const sample = Object.freeze({ a: Object.freeze([Object.freeze({ b: 1 })]) });
  expect(() => shapeOf([sample])).not.toThrow();
});

test("what range gives of a map is what any of its values may be, also after another sample", () => {
  const shape = shapeOf([{ teams: { red: { name: "Ada", members: [1] }, blue: { name: "Bo", members: [2.5] } } }]);
  const found = (text: string): string[] => lint(text, { shape }).map(({ rule }) => rule);
  const members = "{{ range .teams }}{{ .nome }}{{ .name }}{{ range .members }}{{ gt . 1 }}{{ end }}{{ end }}";
  expect(found(members)).toEqual(["unknown-field", "comparison"]);
  expect(lint(members, { shape })[1]!.severity).toBe("warning");
  addSample(shape, { teams: { green: { nome: "Cy", members: [] } } });
  expect(found(members)).toEqual(["missing-value", "missing-value", "comparison"]);
});

test("schemas may refer to each other", () => {
  const node = (other: string) => ({
    type: "object",
    required: ["left", "right"],
    properties: { left: { $ref: "#/$defs/a" }, right: { $ref: other } },
  });
  const schema = { $ref: "#/$defs/a", $defs: { a: node("#/$defs/b"), b: node("#/$defs/a") } };
  const [finding, ...others] = lint("{{ range . }}{{ .left.right.left.rihgt.left }}{{ end }}", { schema });
  expect(finding!.message).toBe("The schema has no field rihgt in .[].left.right.left. Did you mean .right?");
  expect(others).toEqual([]);
});
