import { expect, test } from "vitest";
import { z } from "zod";
import { issueMessage } from "../../src/base/issue-message.ts";

const schema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).optional(),
  share: z.number().gt(0).max(1).optional(),
  version: z.int().min(0).optional(),
  name: z.string().min(1).max(64).optional(),
  rest: z.string().optional(),
  kind: z.enum(["stream", "audience"]).optional(),
  items: z.array(z.string()).min(1).max(20).optional(),
  value: z.union([z.string(), z.number()]).optional(),
  on: z.boolean().optional(),
  fields: z.record(z.string(), z.string()).optional(),
  auth: z
    .discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })])
    .optional(),
  own: z.string("a sentence of the schema's own").optional(),
  must: z.strictObject({ title: z.string() }).optional(),
});

test.each([
  [{ limit: "x" }, "expected a whole number from 1 to 500"],
  [{ limit: "501" }, "expected a whole number from 1 to 500"],
  [{ limit: "1.5" }, "expected a whole number from 1 to 500"],
  [{ share: 0 }, "expected a number above 0, up to 1"],
  [{ version: -1 }, "expected a whole number of at least 0"],
  [{ name: "" }, "expected text of 1 to 64 characters"],
  [{ rest: 1 }, "expected text"],
  [{ kind: "x" }, "expected one of stream, audience"],
  [{ items: [] }, "expected a list of 1 to 20 items"],
  [{ value: true }, "expected text or a number"],
  [{ on: 1 }, "expected true or false"],
  [{ fields: [] }, "expected an object"],
  [{ auth: { kind: "c" } }, "expected one of a, b"],
  [{ own: 1 }, "a sentence of the schema's own"],
  [{ must: {} }, "missing: expected text"],
  [{ limits: 1 }, "unknown key limits; did you mean limit?"],
  [{ limits: 1, nam: "x" }, "unknown keys limits, nam; did you mean limit, name?"],
  [{ must: { title: "x", colour: "red" } }, "unknown key colour; expected title"],
])("%j: %s", (value, message) => {
  expect(schema.safeParse(value, { error: issueMessage }).error!.issues.map((issue) => issue.message)).toEqual([
    message,
  ]);
});
