import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BodyError, parseJson, readBody } from "../../src/bodies/index.ts";
import { corpus } from "./json-shapes.ts";

/** As JSON.parse has it, but for whole numbers that lose digits. */
function reference(text: string): unknown {
  const exact = (_: string, value: unknown, { source = "" }: { source?: string } = {}) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;
  return JSON.parse(text, exact as never);
}

/** What it comes to, or that it comes to nothing. */
function outcome(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    expect([BodyError, SyntaxError].some((one) => error instanceof one)).toBe(true);
    return "refused";
  }
}

const refused: ReadonlySet<string> = new Set([
  "one number",
  "names twice",
  "many names, one of them twice",
  "names called __proto__",
  "lone surrogates",
]);

const rows = Object.entries(corpus(3_000));

describe("the hostile corpus", () => {
  test.each(rows)("%s: as JSON.parse has it", (name, text) => {
    const found = outcome(() => parseJson(text));
    expect(found).toEqual(refused.has(name) ? "refused" : expectedOf(text));
  });

  function expectedOf(text: string): unknown {
    const expected = outcome(() => reference(text)) as { value: unknown };
    return expected.value === Number.POSITIVE_INFINITY ? "refused" : expected;
  }

  /** What is looked at: characters one by one, and what is handed to the engine. */
  const steps = { characters: 0, searches: 0, parsed: 0 };
  afterEach(() => vi.restoreAllMocks());

  function count(text: string): typeof steps {
    Object.assign(steps, { characters: 0, searches: 0, parsed: 0 });
    const { charCodeAt, indexOf } = String.prototype;
    const { parse } = JSON;
    vi.spyOn(String.prototype, "charCodeAt").mockImplementation(function (this: string, i) {
      steps.characters++;
      return charCodeAt.call(this, i);
    });
    vi.spyOn(String.prototype, "indexOf").mockImplementation(function (this: string, ...given) {
      const found = indexOf.apply(this, given);
      steps.searches += (found < 0 ? this.length : found) - (given[1] ?? 0);
      return found;
    });
    vi.spyOn(JSON, "parse").mockImplementation((text, reviver) => {
      // A reviver is called for every value: forty times as slow.
      expect(reviver).toBeUndefined();
      steps.parsed += text.length;
      return parse(text);
    });
    outcome(() => parseJson(text));
    vi.restoreAllMocks();
    return { ...steps };
  }

  test.each(rows.map(([name]) => name))("%s: steps grow as the text does", (name) => {
    const [once, twice, four] = [1_500, 3_000, 6_000].map((bytes) => count(corpus(bytes)[name]!));
    for (const [{ characters, searches, parsed }, length] of [
      [once!, corpus(1_500)[name]!.length],
      [twice!, corpus(3_000)[name]!.length],
      [four!, corpus(6_000)[name]!.length],
    ] as const) {
      expect(characters).toBeLessThanOrEqual(4 * length + 100);
      expect(searches).toBeLessThanOrEqual(2 * length);
      // Two quotes for each number of 16 digits or more; what is no JSON is read once more for the place where.
      expect(parsed).toBeLessThanOrEqual(2.5 * length);
    }
  });
});

describe("whole numbers", () => {
  test.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", "9007199254740992"],
    ["-9007199254740991", -9007199254740991],
    ["-9007199254740993", "-9007199254740993"],
    [" 12345678901234567890\n", "12345678901234567890"],
    ["[12345678901234567890 ,1]", ["12345678901234567890", 1]],
    ['{"a":12345678901234567890}', { a: "12345678901234567890" }],
    ['["12345678901234567890","\\"12345678901234567890"]', ["12345678901234567890", '"12345678901234567890']],
    ["12345678901234567890.5", 1.2345678901234567e19],
    ["1.12345678901234567890", 1.1234567890123457],
    ["12345678901234567890e1", Number("12345678901234567890e1")],
    ["1e0000000000000000001", 10],
    ["1E+0000000000000000001", 10],
    ["[-0,0]", [-0, 0]],
  ])("%s", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test.each([
    "{12345678901234567890:1}",
    "{12345678901234567890 \n:1}",
    '{"a":1,12345678901234567890:2}',
    '{"a":12345678901234567890:2}',
    "01234567890123456789",
    "-01234567890123456789",
    "--1234567890123456789",
    "+1234567890123456789",
    "12345678901234567890x",
    "1234567890 1234567890123456789",
    "[1234567890123456789 1234567890123456789]",
    '["a"1234567890123456789]',
    "1234567890123456789-1",
    "1234567890123456789.",
    "12345678901234567890e",
  ])("%s is no JSON", (text) => {
    expect(() => parseJson(text)).toThrow("the body is not JSON: ");
  });

  test("of more than 1,000 digits are refused", () => {
    const digits = "1".repeat(1_000);
    expect(parseJson(`[${digits}]`)).toEqual([digits]);
    expect(() => parseJson(`[1${digits}]`)).toThrow("more than 1000 digits: send it as a text");
  });

  test("where it is no JSON is said of the text that was sent", () => {
    expect(() => parseJson("[12345678901234567890 1]")).toThrow(/at position 22/);
  });

  test("no text becomes JSON by it, and none is read otherwise", () => {
    const long = fc.constantFrom("1", "-", "12345678901234567", "9007199254740992", "00000000000000000", "0");
    const other = fc.constantFrom(...'[]{},: \n.eE+x"', '"a"', '"b\\"', "null");
    const token = fc.oneof(long, other);
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join("");
        const expected = outcome(() => reference(text));
        const found = outcome(() => parseJson(text));
        // A name twice is what JSON.parse takes.
        if (found === "refused" && expected !== "refused") expect(() => parseJson(text)).toThrow(/twice|beyond/);
        else expect(found).toEqual(expected);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("bounds", () => {
  test.each([
    ["values", `[${"1,".repeat(500_000)}1]`, "more than 500000 values"],
    ["names", `[{${Array.from({ length: 20_001 }, (_, i) => `"${i}":1`)}}]`, "more than 20000 names in one object"],
    ["objects", `[${"{},".repeat(250_000)}{}]`, "more than 500000 values"],
  ])("%s", (_, text, message) => {
    const parse = vi.spyOn(JSON, "parse");
    expect(() => readBody(Buffer.from(text), "json", "application/json")).toThrow(message);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test.each([
    ["payloads", "application/json", `[${"{},".repeat(10_000)}{}]`, "more than 10000 payloads"],
    ["lines", "application/x-ndjson", "{}\n".repeat(10_001), "more than 10000 payloads"],
    ["empty lines", "application/x-ndjson", "\n".repeat(100_001), "more than 100000 lines"],
    ["values of lines", "application/x-ndjson", `{"a":[${"1,".repeat(300_000)}1]}\n`.repeat(2), "200000 values|values"],
    ["fields", "application/x-www-form-urlencoded", "a=1&".repeat(10_000), "at most 10000 fields"],
  ])("%s", (_, type, text, message) => {
    expect(() => readBody(Buffer.from(text), "payloads", type)).toThrow(new RegExp(message));
  });

  test("a payload of several is no larger than one alone may be", () => {
    const payload = `{"a":"${"é".repeat(50)}"}`;
    const read = (text: string, type: string, most: number) =>
      readBody(Buffer.from(text), "payloads", type, most).value;
    expect(read(`[${payload},${payload}]`, "application/json", 108)).toHaveLength(2);
    for (const [text, type] of [
      [`[{},${payload}]`, "application/json"],
      [`{}\n${payload}`, "application/x-ndjson"],
    ] as const) {
      expect(() => read(text, type, 107)).toThrow("payload 2: a payload has at most 107 bytes, and this one has 108");
    }
  });

  test("elements of elements are no payloads", () => {
    const text = `{"a":[${"1,".repeat(20_000)}1]}`;
    expect(readBody(Buffer.from(text), "payloads", "application/json").value).toEqual([JSON.parse(text)]);
  });

  test("of nesting: 64", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(parseJson(nested(64))).toEqual(JSON.parse(nested(64)));
    expect(() => parseJson(nested(65))).toThrow("nested more than 64 deep");
  });
});
