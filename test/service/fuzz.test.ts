import { Validator } from "@seriousme/openapi-schema-validator";
import fc from "fast-check";
import { generateSync } from "json-schema-faker";
import fuzzer from "openapi-fuzzer-core";
import { afterAll, describe, expect, test } from "vitest";
import { isFullSize, sized } from "../sized.ts";
import { declare, harness, type Method, program } from "./harness.ts";
import { allowing, judge, type OpenApi, type Operation, operationsOf, whole } from "./responses.ts";

const many = { count: 1_000_000_000, per: 60_000 };
const s = await harness({ limits: { rate: many, unauthenticated: many } });
const definitions = {
  ...program,
  alarm: { silence: { when: { empty: "regulars" }, send: [{ channel: "crm", to: "ops" }] } },
} as const;
await declare(s, definitions, { welcome: "active" });
const person = {
  identifiers: { email: "ada@example.com" },
  fields: { email: "ada@example.com", name: "Ada", visits: 9 },
};
const document = (await s.request("GET", "/openapi.json")).body as OpenApi;
const operations = operationsOf(document);
const complaintOf = judge(document);
const allows = allowing(document);
afterAll(() => s.close());

/** Things that are there, so that not all that is asked for is missing. */
const there: Record<string, readonly string[]> = {
  stream: ["shop"],
  name: ["regulars", "welcome"],
  trigger: ["welcome"],
  kind: ["email", "user_id"],
  value: ["ada@example.com"],
};

/** What was erased, settled or removed is there again. */
async function restore(): Promise<void> {
  await declare(s, definitions, { welcome: "active" });
  await s.request("PUT", "/v1/profiles", { ...person, fields: { ...person.fields, visits: 0 } });
  await s.request("PUT", "/v1/profiles", person);
  const lists = ["profiles?limit=1", "firings?limit=1", "deliveries?limit=1", "runs?limit=1"];
  const ids = await Promise.all(lists.map(async (list) => (await s.request("GET", `/v1/${list}`)).body.items[0]?.id));
  const { items } = await s.store.profiles.list({ limit: 500 });
  there.id = [...ids, items.at(-1)!.id].filter((id) => id !== undefined);
  there.profile = [items.at(-1)!.id];
}
await restore();

test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  expect(await validator.validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const ids = operations.map(
    ({ path, method }) => (document.paths[path]![method.toLowerCase()] as { operationId: string }).operationId,
  );
  expect([ids.length, new Set(ids).size, ids.includes(undefined as never)]).toEqual([
    operations.length,
    operations.length,
    false,
  ]);
});

/** A schema in the older shape that the fuzzer reads: without references and choices, of which the first is taken. */
function older(schema: object): object {
  if ("$ref" in schema) return older(document.components.schemas[String(schema.$ref).split("/").at(-1)!]!);
  if ("anyOf" in schema) return older((schema.anyOf as object[])[0]!);
  if ("items" in schema) return { ...schema, items: older(schema.items as object) };
  if (!("properties" in schema)) return schema;
  const properties = Object.entries(schema.properties as object).map(([name, inner]) => [name, older(inner)]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function olderDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  const definitions: Record<string, object> = {};
  for (const { path, method, parameters, bodies } of operations) {
    const name = `${method} ${path}`;
    const body = bodies["application/json"];
    if (body !== undefined) definitions[name] = older(body);
    const inBody = body === undefined ? [] : [{ in: "body", name: "body", schema: { $ref: `#/definitions/${name}` } }];
    const others = parameters.filter((one) => one.in !== "header").map((one) => ({ ...older(one.schema), ...one }));
    const methods = paths[path] ?? {};
    paths[path] = methods;
    methods[method.toLowerCase()] = { parameters: [...others, ...inBody] };
  }
  return { basePath: "", paths, definitions };
}

describe("openapi-fuzzer-core, which breaks one rule of the document at a time", () => {
  const cases = fuzzer.swagger(olderDocument());

  test("covers all operations", () => {
    expect(cases.length).toBeGreaterThan(500);
  });

  test("invalid requests are refused as expected", { timeout: 240_000 }, async () => {
    const wrong: string[] = [];
    for (const {
      name,
      request,
      expect: { status: expected },
    } of isFullSize ? cases : cases.filter((_, i) => i % 8 === 0)) {
      const { method, path, pathParams = {}, queryParams = {}, body } = request;
      const filled = Object.entries(pathParams).reduce(
        (url, [key, value]) => url.replace(`{${key}}`, encodeURIComponent(String(value))),
        path,
      );
      const query = new URLSearchParams(
        Object.entries(queryParams).map(([key, value]): [string, string] => [key, String(value)]),
      );
      const url = `${filled}${query.size === 0 ? "" : `?${query}`}`;
      const [operation] = operations.filter((one) => one.path === path && one.method === method.toUpperCase());
      // Of several shapes that the document allows, the fuzzer knows one.
      if (name === "BODY" && allows(operation!, body)) continue;
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const answer = await s.request(method.toUpperCase() as Method, url, sent);
      // Without a name, it is another path; and who is not there is told so before what is wrong with the request.
      const ok = [
        ...expected,
        ...(name === "PATH PARAMS" || url.includes("STRING") || url.includes("//") ? [404] : []),
      ];
      const complaint =
        operation && answer.status !== 404 && answer.status !== 405 ? complaintOf(operation, answer) : undefined;
      if (complaint !== undefined || !ok.includes(answer.status)) {
        wrong.push(`${name} ${method} ${url} ${sent?.slice(0, 200)}: ${complaint ?? answer.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("json-schema-faker, which makes what the document allows", () => {
  const runs = Number(process.env.FUZZ_RUNS ?? sized(5, 40));

  /** A value of a schema, by chance alone. */
  const made = (schema: object, seed: number): unknown =>
    generateSync(
      whole(document, schema) as never,
      { seed, maxDepth: 6, maxDefaultItems: 3, optionalsProbability: 0.5, refDepthMax: 3 } as never,
    );

  function request(operation: Operation, seed: number, spoil: (value: unknown) => unknown) {
    let url = operation.path;
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    for (const [i, { name, in: where, required, schema }] of operation.parameters.entries()) {
      const known = there[name];
      const value = String(known !== undefined && seed % 3 !== 0 ? known[seed % known.length] : made(schema, seed + i));
      if (where === "path") url = url.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()) || "x");
      else if (required || (seed + i) % 3 === 0) {
        if (where === "query") query.set(name, value);
        else headers[name] = value;
      }
    }
    const types = Object.keys(operation.bodies);
    const type = types[seed % types.length];
    if (type !== undefined) headers["content-type"] = type;
    const value = type === undefined ? undefined : spoil(named(made(operation.bodies[type]!, seed), seed));
    const body = value === undefined ? undefined : JSON.stringify(value);
    return s.request(operation.method as Method, `${url}${query.size === 0 ? "" : `?${query}`}`, body, { headers });
  }

  test.each(operations.filter(({ path }) => path !== "/metrics"))("$method $path", async (operation) => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_000_000),
        fc.option(fc.jsonValue(), { freq: 2 }),
        fc.nat(20),
        async (seed, other, at) => {
          const spoil = (value: unknown) => (other === null ? value : replaced(value, other, at));
          const answer = await request(operation, seed, spoil);
          statuses.add(answer.status);
          expect(complaintOf(operation, answer)).toBeUndefined();
        },
      ),
      { numRuns: runs },
    );
    expect(statuses.size).toBeGreaterThan(0);
    expect(s.problems).toEqual([]);
    await restore();
  });
});

/** Half of the time, with names of what is there. */
function named(value: unknown, seed: number): unknown {
  if (seed % 2 === 0 || value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return {
    ...value,
    ...("channel" in value && { channel: "crm" }),
    ...("identifiers" in value && { identifiers: person.identifiers }),
    ...("profile" in value && typeof value.profile === "string" && { profile: there.profile![0] }),
  };
}

/** With something else in the place that comes as the `at`th. */
function replaced(value: unknown, other: unknown, at: number): unknown {
  let left = at;
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return other;
    if (Array.isArray(part)) return part.map(walk);
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(value);
}
