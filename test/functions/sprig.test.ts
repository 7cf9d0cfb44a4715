import { describe, expect, test } from "vitest";
import { sprig } from "../../src/functions/index.ts";
import { compile, type LanguageOptions, Pairs } from "../../src/template/index.ts";
import { bundle } from "../bench/bundle.ts";
import { errorOf } from "../thrown.ts";

/** Tests what cannot be recorded: random numbers, the clock, the zone, and changes of the profile. */

const render = (text: string, profile: unknown = {}, options: LanguageOptions = {}): string =>
  compile(text, { name: "t", functions: [sprig], ...options }).render(profile);

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

describe("functions that change dicts change what the template sees, never the profile", () => {
  const profile = () => deepFreeze({ user: { name: "Ada", tags: ["x"] }, rows: [{ n: 1 }, { n: 2 }], list: [3, 1, 2] });
  test.each([
    ['{{ $_ := set .user "name" "Eve" }}{{ .user.name }} {{ $.user.name }}', "Eve Eve"],
    ['{{ range .rows }}{{ $_ := set . "n" (mul .n 10) }}{{ end }}{{ .rows }}', "[map[n:10] map[n:20]]"],
    ['{{ $_ := unset . "user" }}{{ .user }}', "<no value>"],
    ['{{ $_ := merge .user (dict "age" 36) }}{{ .user.age }}', "36"],
    ['{{ $_ := set . "self" . }}{{ .self.self.user.name }}', "Ada"],
    ["{{ sortAlpha .list }} {{ reverse .list }} {{ append .list 4 }} {{ .list }}", "[1 2 3] [2 1 3] [3 1 2 4] [3 1 2]"],
    ['{{ define "d" }}{{ $_ := set . "name" "Eve" }}{{ end }}{{ template "d" .user }}{{ .user.name }}', "Eve"],
  ])("%s", (text, expected) => {
    const given = profile();
    expect(render(text, given)).toBe(expected);
    expect(given).toEqual(profile());
  });
  test("a Map and a class instance too", () => {
    class User {
      name = "Ada";
    }
    const given = { map: new Map([["a", { b: 1 }]]), user: new User() };
    const text =
      '{{ $_ := set .map.a "b" 2 }}{{ $_ := set .map "c" 3 }}{{ $_ := set .user "name" "Eve" }}{{ .map }}{{ .user }}';
    expect(render(text, given)).toBe("map[a:map[b:2] c:3]map[name:Eve]");
    expect(given).toEqual({ map: new Map([["a", { b: 1 }]]), user: new User() });
  });
  test("a profile that holds itself", () => {
    const given: Record<string, unknown> = { name: "Ada" };
    given.self = given;
    expect(render('{{ $_ := set .self "name" "Eve" }}{{ .self.self.name }}', given)).toBe("Eve");
    expect(given.name).toBe("Ada");
  });
  test("the copy is paid for, and made only where something may change", () => {
    const wide = { list: Array.from({ length: 10_000 }, (_, i) => ({ i })) };
    const limits = { steps: 5_000 };
    expect(render("{{ len .list }}", wide, { limits })).toBe("10000");
    expect(errorOf(() => render('{{ set (dict) "a" 1 }}', wide, { limits }))).toMatchObject({ limit: "steps" });
    expect(errorOf(() => render("{{ if false }}{{ unset . `a` }}{{ end }}", wide, { limits }))).toMatchObject({ limit: "steps" }); // biome-ignore format: one line
  });
  test("__proto__ is a key as any other", () => {
    const text = '{{ $d := dict "__proto__" (dict "x" 1) }}{{ $_ := set $d "constructor" 2 }}{{ $d }} {{ $d.x }} {{ get $d "toString" | quote }}'; // biome-ignore format: one line
    expect(render(text)).toBe('map[__proto__:map[x:1] constructor:2] <no value> ""');
    expect(({} as { x?: unknown }).x).toBeUndefined();
    const merged = '{{ $_ := merge (dict) (fromJson "{\\"__proto__\\": {\\"x\\": 1}}") }}{{ (dict).x }}';
    expect(render(merged)).toBe("<no value>");
  });
});

describe("the clock and the zone are the render's", () => {
  const options = { clock: () => new Date("2024-03-31T00:30:00Z"), timeZone: "Europe/Warsaw" };
  test.each([
    ["{{ now }}", "2024-03-31 01:30:00 +0100 CET"],
    ['{{ now | dateModify "1h" }}', "2024-03-31 03:30:00 +0200 CEST"],
    ['{{ date "15:04 MST" 1711846800 }}', "03:00 CEST"],
    ['{{ dateInZone "15:04" now "UTC" }} {{ dateInZone "15:04" now "Local" }} {{ dateInZone "15:04" now "No/where" }}', "00:30 01:30 00:30"],
    ['{{ date "2006" .none }} {{ date "2006" "x" }}', "2024 2024"],
    ['{{ toDate "2006-01-02 15:04" "2024-03-31 02:30" }}', "2024-03-31 03:30:00 +0200 CEST"],
    ['{{ toDate "2006-01-02 15:04 -0700" "2024-07-01 12:00 +0200" }}', "2024-07-01 12:00:00 +0200 CEST"],
    ['{{ ago (toDate "2006-01-02" "2024-03-30") }} {{ ago 1711845000 }} {{ ago 1711845001 }} {{ ago nil }}', "25h30m0s 0s -1s 0s"],
    ['{{ durationRound (toDate "2006-01-02" "2022-03-01") }} {{ durationRound now }}', "2y 0s"],
    ['{{ htmlDate now }} {{ htmlDateInZone now "America/New_York" }}', "2024-03-31 2024-03-30"],
    ["{{ now.Year }} {{ now.Month }} {{ (now.AddDate 0 0 1).Weekday }} {{ now.Format `3PM` }}", "2024 March Monday 1AM"],
  ])("%s", (text, expected) => {
    expect(render(text, {}, options)).toBe(expected);
  }); // biome-ignore format: a table
});

describe("chance is the render's", () => {
  /** Makes a generator of the same numbers each time. */
  const seeded = () => {
    let state = 1;
    return () => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
  };
  const text =
    "{{ randAlpha 8 }} {{ randAlphaNum 8 }} {{ randNumeric 8 }} {{ randAscii 8 }} {{ randInt 5 9 }} {{ randBytes 6 }} {{ shuffle `abcdef` }} {{ uuidv4 }}";
  test("so that a render is reproducible", () => {
    const [first, second] = [seeded(), seeded()].map((random) => render(text, {}, { random }));
    expect(first).toBe(second);
    expect(render(text, {}, { random: Math.random })).not.toBe(first);
  });
  test("in the characters that were asked for", () => {
    for (let i = 0; i < 50; i++) {
      expect(render("{{ randAlpha 20 }}")).toMatch(/^[A-Za-z]{20}$/);
      expect(render("{{ randAlphaNum 20 }}")).toMatch(/^[A-Za-z0-9]{20}$/);
      expect(render("{{ randNumeric 20 }}")).toMatch(/^[0-9]{20}$/);
      expect(render("{{ randAscii 20 }}")).toMatch(/^[ -~]{20}$/);
      expect(render("{{ randInt -2 2 }}")).toMatch(/^(?:-[12]|[01])$/);
      expect(render("{{ len (b64dec (randBytes 7)) }}")).toBe("7");
      expect([...render("{{ shuffle `abc世` }}")].sort().join("")).toBe("abc世");
      expect(render("{{ uuidv4 }}")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });
  test.each([
    ["{{ randAlpha 0 }}{{ randAlpha -3 }}", ""],
    ["{{ randInt 5 5 }}", "error calling randInt: invalid argument to Intn"],
    ["{{ randInt 5 1 }}", "error calling randInt: invalid argument to Intn"],
    ["{{ randBytes -1 }}", "error calling randBytes: runtime error: makeslice: len out of range"],
    ['{{ randAlpha "5" }}', 'at <"5">: expected integer; found "5"'],
  ])("%s", (given, expected) => {
    if (expected === "") expect(render(given)).toBe("");
    else expect(() => render(given)).toThrow(expected);
  });
});

describe("what would be built beyond the limits is refused first", () => {
  const limits = { steps: 100_000, output: 1_000_000 };
  const big = { text: "ab ".repeat(100_000), list: Array.from({ length: 50_000 }, (_, i) => i), seq: new Pairs([]) };
  test.each([
    ["{{ repeat 1000000000 `abc` }}", "output"],
    ["{{ repeat 9223372036854775807 `` }}", undefined],
    ["{{ indent 1000000 .text }}", "output"],
    ["{{ nindent 999999 `a\nb` }}", "output"],
    ["{{ until 1000000000 }}", "output"],
    ["{{ until 500000 }}", "steps"],
    ["{{ untilStep 0 9223372036854775807 1 }}", "output"],
    ["{{ seq 1 9223372036854775807 }}", "output"],
    ["{{ replace `` `0123456789` .text }}", "steps"],
    ["{{ replace `a` (repeat 1000 `x`) (repeat 10000 `a`) }}", "output"],
    ["{{ randAlpha 1000000000 }}", "output"],
    ["{{ randBytes 999999 }}", "steps"],
    ["{{ wrapWith 1 (repeat 1000 `-`) .text }}", "output"],
    ["{{ join (repeat 1000 `-`) .list }}", "output"],
    ["{{ concat .list .list .list }}", "steps"],
    ["{{ chunk 1 .list | chunk 1 | chunk 1 }}", "steps"],
    ["{{ has -1 .list }}{{ has -1 .list }}{{ has -1 .list }}", "steps"],
    ["{{ uniq .list }}", "steps"],
    ["{{ $l := list }}{{ range until 1000 }}{{ $l = append $l $l }}{{ end }}{{ toJson $l }}", "steps"],
    ["{{ $l := list `x` }}{{ range until 40 }}{{ $l = list $l $l }}{{ end }}{{ toPrettyJson $l }}", "output"],
    ["{{ $d := dict }}{{ $_ := set $d `d` $d }}{{ toJson $d }}", "depth"],
    ["{{ $d := dict }}{{ $_ := set $d `d` $d }}{{ deepCopy $d }}", "depth"],
    [
      "{{ $d := dict }}{{ $_ := set $d `d` $d }}{{ $e := dict }}{{ $_ := set $e `d` $e }}{{ deepEqual $d $e }}",
      "depth",
    ],
    ["{{ $d := dict }}{{ $_ := set $d `d` $d }}{{ $e := dict }}{{ $_ := set $e `d` $e }}{{ merge $d $e }}", "depth"],
    ["{{ range until 1000 }}{{ $_ := sha256sum $.text }}{{ end }}", "steps"],
    ["{{ range until 1000 }}{{ $_ := snakecase $.text }}{{ end }}", "steps"],
    ["{{ fromJson (repeat 200000 `[`) }}", undefined],
    ["{{ date (repeat 200000 `2006`) 0 }}", "output"],
  ])("%s", (text, limit) => {
    if (limit === undefined) expect(() => render(text, big, { limits })).not.toThrow(RangeError);
    else expect(errorOf(() => render(text, big, { limits }))).toMatchObject({ limit });
  });
});

test("who renders without Sprig does not load it", async () => {
  const { modules } = await bundle();
  const heavy = modules.filter((path) => /functions\/sprig\/index|re2js|@noble/.test(path));
  expect(heavy).toEqual([]);
});
