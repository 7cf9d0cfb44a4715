import { connect } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parseJson } from "../../src/bodies/index.ts";
import { declare, harness, program } from "./harness.ts";

const many = { count: 1_000_000, per: 60_000 };
const s = await harness({ limits: { rate: many, unauthenticated: many } });
await declare(s, program);
afterAll(() => s.close());

const MiB = 2 ** 20;
const json = { "content-type": "application/json" };
const collect = (body: string | Buffer, headers: Record<string, string> = json) =>
  s.request("POST", "/v1/collect/shop", body, { who: "collect", headers });

describe("refused clearly", () => {
  const rows: readonly [string, string | Buffer, Record<string, string>, number, string][] = [
    ["nesting", `${"[".repeat(1e6)}`, json, 400, "nested more than 64 deep"],
    ["nesting that is well written", `{"a":${"[".repeat(64)}${"]".repeat(64)}}`, json, 400, "nested more than 64 deep"],
    ["nested objects", `${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}`, json, 400, "nested more than 64 deep"],
    ["too much", `{"a":"${"x".repeat(10 * MiB)}"}`, json, 413, "larger than 10,485,760 bytes"],
    ["__proto__", '{"__proto__":{"admin":true}}', json, 400, "/__proto__ is not allowed as a name"],
    ["__proto__ in disguise", '{"a":[{"__pr\\u006fto__":1}]}', json, 400, "/a/0/__proto__ is not allowed as a name"],
    ["names twice", '{"a":1,"b":2,"a":3}', json, 400, 'has the name "a" twice'],
    ["names twice in disguise", '{"a":1,"\\u0061":3}', json, 400, 'has the name "a" twice'],
    ["names twice, inside", '[{"x":{"a":1,"b":[{"a":1}],"a":3}}]', json, 400, 'has the name "a" twice'],
    ["a lone surrogate", '{"a":"\\ud800"}', json, 400, "/a is a text with a lone surrogate"],
    ["a lone surrogate in a name", '{"\\udc00":1}', json, 400, "a name with a lone surrogate"],
    ["a number beyond all", '{"a":[1e999]}', json, 400, "/a/0 is a number beyond"],
    ["no JSON", "{'a':1}", json, 400, "is not JSON"],
    ["cut JSON", '{"a":"b', json, 400, "is not JSON"],
    ["more than JSON", '{"a":1}{"b":2}', json, 400, "is not JSON"],
    ["nothing", "", json, 400, "is not JSON"],
    ["a text", '"ada@example.com"', json, 400, "a payload must be an object"],
    ["null", "null", json, 400, "a payload must be an object"],
    ["a list of lists", "[[1]]", json, 400, "/body/0: a payload must be an object"],
    ["no UTF-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), json, 400, "not valid UTF-8"],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le"), json, 400, "is not JSON"],
    ["no type", "{}", { "content-type": "" }, 415, "send application/json"],
    ["another type", "<a/>", { "content-type": "text/xml" }, 415, "text/xml is not supported"],
    ["a type that is none", "{}", { "content-type": "%%%" }, 415, "send application/json"],
    [
      "multipart",
      "--x--",
      { "content-type": "multipart/form-data; boundary=x" },
      415,
      "multipart/form-data is not supported",
    ],
    ["a bad line", '{"a":1}\n{"a":', { "content-type": "application/x-ndjson" }, 400, "line 2 is not JSON"],
    [
      "a line that is a list",
      '{"a":1}\n[1]',
      { "content-type": "application/x-ndjson" },
      400,
      "a payload must be an object",
    ],
    ["a form with __proto__", "__proto__=1", { "content-type": "application/x-www-form-urlencoded" }, 400, "__proto__"],
    ["too many", `[${"{},".repeat(10_000)}{}]`, json, 413, "more than 10000 payloads"],
    ["no gzip", "{}", { ...json, "content-encoding": "gzip" }, 400, "is not valid gzip"],
    [
      "cut gzip",
      gzipSync("x".repeat(5000)).subarray(0, 20),
      { ...json, "content-encoding": "gzip" },
      400,
      "is not valid gzip",
    ],
    ["an encoding", "{}", { ...json, "content-encoding": "zip" }, 415, "gzip, deflate, br"],
    ["encodings", "{}", { ...json, "content-encoding": "gzip, gzip" }, 415, "gzip, deflate, br"],
    ["an encoding of all objects", "{}", { ...json, "content-encoding": "constructor" }, 415, "gzip, deflate, br"],
    [
      "a gzip bomb",
      gzipSync(Buffer.alloc(200 * MiB)),
      { ...json, "content-encoding": "gzip" },
      413,
      "as sent or decoded",
    ],
    [
      "a brotli bomb",
      brotliCompressSync(Buffer.alloc(200 * MiB)),
      { ...json, "content-encoding": "br" },
      413,
      "as sent or decoded",
    ],
  ];
  test.each(rows)("%s", async (_, body, headers, status, detail) => {
    const answer = await collect(body, headers);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)]);
    expect(answer.type).toMatch(/^application\/problem\+json/);
    expect((await s.store.events.list({ limit: 1 })).items).toEqual([]);
  });

  test("large input that is allowed", async () => {
    const payload = (bytes: number) => ({ id: 1, email: "big@example.com", text: "x".repeat(bytes) });
    expect((await collect(JSON.stringify(Array(9).fill(payload(MiB - 100))))).status).toBe(202);
    const { status, body } = await collect(JSON.stringify(payload(10 * MiB - 100)));
    expect([status, body]).toEqual([
      413,
      expect.objectContaining({ detail: expect.stringContaining(`a payload has at most ${MiB} bytes`) }),
    ]);
    expect(Object.prototype).not.toHaveProperty("admin");
  });

  test("other routes read less", async () => {
    const { status } = await s.request("POST", "/v1/previews", { template: { title: "x".repeat(MiB) } });
    expect(status).toBe(413);
  });

  test.each([
    ["/v1/profiles/%", 400],
    ["/v1/profiles/%ff", 400],
    ["/v1/profiles/%00", 404],
    ["/v1/profiles/..%2f..%2fetc", 404],
    ["/v1/profiles/__proto__", 404],
    ["/v1/audiences/constructor", 404],
    [`/v1/profiles/${"x".repeat(501)}`, 414],
    ["/v1/runs?limit=0", 400],
    ["/v1/runs?limit=501", 400],
    ["/v1/runs?limit=1.5", 400],
    ["/v1/runs?limit=1&limit=2", 400],
    ["/v1/runs?limti=1", 400],
    ["/v1/runs?__proto__=1", 400],
    ["/v1/runs?after=zzzz", 400],
    ["/v1/runs?state=lost", 400],
    ["/v1/explain?profile=x", 400],
    ["/v1/explain?profile=x&trigger=x", 404],
  ])("GET %.40s", async (url, status) => {
    const answer = await s.request("GET", url);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
  });

  test("what is not HTTP", async () => {
    const url = new URL(await s.service.listen({ port: 0 }));
    const say = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let said = "";
        const socket = connect(Number(url.port), url.hostname, () => socket.write(text));
        socket.on("data", (some) => {
          said += some;
        });
        socket.on("close", () => resolve(said)).on("error", reject);
      });
    expect(await say("HELLO\r\n\r\n")).toMatch(
      /^HTTP\/1.1 400 Bad Request\r\ncontent-type: application\/problem\+json/,
    );
    const long = `GET / HTTP/1.1\r\nhost: x\r\nx: ${"x".repeat(20_000)}\r\n\r\n`;
    expect(await say(long)).toMatch(/^HTTP\/1.1 431 .*"status":431/s);
    const both =
      "POST /v1/lint HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(await say(both)).toMatch(/^HTTP\/1.1 400 /);
  });

  test("none of it was logged as a failure of the service", () => {
    expect(s.problems).toEqual([]);
  });
});

describe("JSON", () => {
  test("is parsed as by JSON.parse where that is unambiguous", () => {
    // But for whole numbers that lose digits as numbers.
    const exact = (_: string, value: unknown) =>
      typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(`${value}`) ? `${value}` : value;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const isFit = !/(?<!\\)"__proto__"\s*:/.test(text) && !/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text);
        if (isFit) expect(parseJson(text)).toEqual(JSON.parse(text, exact));
        else expect(() => parseJson(text)).toThrow();
      }),
      {
        numRuns: 500,
        examples: [
          ["__proto__", 0],
          [{ '"__proto__': 1 }, 0],
          [JSON.parse('{"a":{"__proto__":1}}'), 1],
          ["\\ud800", 0],
          ["\ud800", 0],
        ],
      },
    );
  });

  test("a repeated name is found anywhere", () => {
    const key = fc.string({ maxLength: 4 }).filter((name) => name !== "__proto__" && name.isWellFormed());
    const wrap = fc.constantFrom(
      (text: string) => text,
      (text: string) => `[1,"}{",${text}]`,
      (text: string) => `{"a\\\\":{"b\\"":${text}}}`,
    );
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 6 }), key, wrap, (names, twice, wrap) => {
        const members = [...names.filter((name) => name !== twice), twice].map(
          (name) => `${JSON.stringify(name)}:{"x":"\\""}`,
        );
        expect(() => parseJson(wrap(`{${members.join(" , ")}}`))).not.toThrow();
        const escaped = `"${[...twice].map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`;
        expect(() => parseJson(wrap(`{${[...members, `${escaped}:1`].join(",")}}`))).toThrow("twice");
      }),
      { numRuns: 500 },
    );
  });
});
