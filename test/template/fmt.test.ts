import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileFormat, formatFloat, formatValue, sprint, sprintf, sprintln } from "../../src/template/fmt/index.ts";
import { Complex, Float64, type IntType, Pairs, SizedInt } from "../../src/template/value.ts";

/** Output of real Go 1.27. */

const ints = { numbers: "int", output: 100_000, depth: 100 } as const;
const floats = { ...ints, numbers: "float64" } as const;

const F = (value: number) => new Float64(value);
const C = (re: number, im: number) => new Complex(re, im);
const Sized = (type: IntType, value: bigint | number) => new SizedInt(type, value);
const T = (iso: string) => new Date(iso);

type Row = readonly [format: string, args: readonly unknown[], expected: string];

const rows: Record<string, readonly Row[]> = {
  "%v of floats": [
    ["%v", [F(100000)], "100000"],
    ["%v", [F(123456)], "123456"],
    ["%v", [99999.5], "99999.5"],
    ["%v", [999999.5], "999999.5"],
    ["%v", [999999.9999999999], "999999.9999999999"],
    ["%v", [F(1000000)], "1e+06"],
    ["%v", [1000000.5], "1.0000005e+06"],
    ["%v", [F(1234567)], "1.234567e+06"],
    ["%v", [1234567.5], "1.2345675e+06"],
    ["%v", [F(12345678)], "1.2345678e+07"],
    ["%v", [F(123456789)], "1.23456789e+08"],
    ["%v", [F(1234567890123)], "1.234567890123e+12"],
    ["%v", [F(1e20)], "1e+20"],
    ["%v", [F(123456789012345680000)], "1.2345678901234568e+20"],
    ["%v", [1e21], "1e+21"],
    ["%v", [0.0001], "0.0001"],
    ["%v", [0.00012345], "0.00012345"],
    ["%v", [0.00009999], "9.999e-05"],
    ["%v", [0.00001], "1e-05"],
    ["%v", [5e-324], "5e-324"],
    ["%v", [1.7976931348623157e308], "1.7976931348623157e+308"],
    ["%v", [F(-0)], "-0"],
    ["%v", [F(0)], "0"],
    ["%v", [Infinity], "+Inf"],
    ["%v", [-Infinity], "-Inf"],
    ["%v", [NaN], "NaN"],
    ["%.3g", [F(100000)], "1e+05"],
    ["%.3g", [F(123456)], "1.23e+05"],
    ["%.3g", [99999.5], "1e+05"],
    ["%.3g", [999999.9999999999], "1e+06"],
    ["%.3g", [0.00009999], "0.0001"],
    ["%.3g", [5e-324], "4.94e-324"],
    ["%.3g", [F(0)], "0"],
    ["%.3g", [F(-0)], "-0"],
    ["%.10g", [F(100000)], "100000"],
    ["%.10g", [999999.9999999999], "1000000"],
    ["%.10g", [1000000.5], "1000000.5"],
    ["%.10g", [F(1234567890123)], "1.23456789e+12"],
    ["%.10g", [F(123456789012345680000)], "1.23456789e+20"],
    ["%.10g", [0.00009999], "9.999e-05"],
    ["%.10g", [5e-324], "4.940656458e-324"],
    ["%6.3v", [1234567.5], "1.23e+06"],
    ["%6.3v", [2.5], "   2.5"],
    ["%.0g", [2.5], "2"],
    ["%.2g", [99.5], "1e+02"],
    ["%.20g", [0.1], "0.10000000000000000555"],
    ["%.40g", [F(1e23)], "99999999999999991611392"],
    [
      "%.120e",
      [0.1],
      "1.000000000000000055511151231257827021181583404541015625000000000000000000000000000000000000000000000000000000000000000000e-01",
    ],
    ["%G", [1e-7], "1E-07"],
    ["%#g", [F(1)], "1.00000"],
    ["%#g", [F(100000)], "100000."],
    ["%#g", [F(1234567)], "1.234567e+06"],
    ["%#.3g", [F(1)], "1.00"],
    ["%#g", [F(0)], "0.00000"],
    ["%#v", [F(1)], "1"],
    ["%#v", [1e6 + 0.5], "1.0000005e+06"],
    ["%+v", [1.5], "1.5"],
  ],
  "%f and %e: exact, ties to even": [
    ["%.0f", [0.5], "0"],
    ["%.0f", [1.5], "2"],
    ["%.0f", [2.5], "2"],
    ["%.0f", [-0.5], "-0"],
    ["%.1f", [0.25], "0.2"],
    ["%.1f", [2.25], "2.2"],
    ["%.1f", [0.35], "0.3"],
    ["%.2f", [1.005], "1.00"],
    ["%.2f", [2.675], "2.67"],
    ["%.2f", [0.125], "0.12"],
    ["%.2f", [-0.001], "-0.00"],
    ["%.2f", [F(-0)], "-0.00"],
    ["%.3f", [0.0005], "0.001"],
    ["%f", [F(1)], "1.000000"],
    ["%F", [1234567.891], "1234567.891000"],
    ["%f", [1e21], "1000000000000000000000.000000"],
    ["%.1f", [1.5e300 / 1e270], "1499999999999999889089448902656.0"],
    ["%.30f", [0.1], "0.100000000000000005551115123126"],
    [
      "%.110f",
      [1e-100],
      "0.00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000010000000000",
    ],
    ["%#.0f", [F(3)], "3."],
    ["%e", [123456.789], "1.234568e+05"],
    ["%E", [F(0)], "0.000000E+00"],
    ["%.0e", [2.5], "2e+00"],
    ["%.0e", [9.5], "1e+01"],
    ["%.1e", [0.25], "2.5e-01"],
    ["%.2e", [F(1245)], "1.24e+03"],
    ["%.3e", [F(12345e3)], "1.234e+07"],
    ["%.15e", [5e-324], "4.940656458412465e-324"],
    ["%#.0e", [F(3)], "3.e+00"],
    ["%e", [1e100], "1.000000e+100"],
    ["%8.3f|%-8.1f|%08.3f|%+.2f|% .1f", [3.4567, 2.25, 3.4567, 2.5, 2.5], "   3.457|2.2     |0003.457|+2.50| 2.5"],
    [
      "%08f|%-8f|%+08.1f|% 08.1f|%8f",
      [Infinity, -Infinity, NaN, Infinity, NaN],
      "    +Inf|-Inf    |    +NaN|     Inf|     NaN",
    ],
    ["%+f|% f|%+f|% f", [Infinity, Infinity, NaN, NaN], "+Inf| Inf|+NaN| NaN"],
    ["%x", [2.25], "0x1.2p+01"],
    ["%X", [-2.25], "-0X1.2P+01"],
    ["%.1x", [1.96875], "0x1.0p+01"],
    ["%.0x", [1.5], "0x1p+01"],
    ["%.3x", [F(1)], "0x1.000p+00"],
    ["%.20x", [0.1], "0x1.999999999999a0000000p-04"],
    ["%x", [5e-324], "0x1p-1074"],
    ["%x", [F(0)], "0x0p+00"],
    ["%#x", [1.5], "0x1.8000p+00"],
    ["%#X", [1.5], "0X1.8P+00"],
    ["%b", [1.5], "6755399441055744p-52"],
    ["%b", [F(0)], "0p-1074"],
    ["%b", [1e300], "6724873095247260p+944"],
    ["%b", [5e-324], "1p-1074"],
  ],
  integers: [
    ["%d", [42], "42"],
    ["%d", [-42], "-42"],
    ["%d", [9223372036854775807n], "9223372036854775807"],
    ["%d", [2 ** 62], "4611686018427387904"],
    ["%d", [-(2 ** 63)], "-9223372036854775808"],
    ["%d", [-0], "0"],
    ["%5d|%-5d|%05d|%+d|% d", [42, 42, 42, 42, 42], "   42|42   |00042|+42| 42"],
    ["%06d", [-42], "-00042"],
    ["%+05d", [42], "+0042"],
    ["% 05d", [42], " 0042"],
    ["%-05d|", [42], "42   |"],
    ["%.5d", [-42], "-00042"],
    ["%8.5d|%-8.5d|%08.5d", [42, 42, 42], "   00042|00042   |   00042"],
    ["%.0d|%.0d|%5.0d|%+.0d", [0, 1, 0, 0], "|1|     |"],
    ["%b", [5], "101"],
    ["%#b", [-5], "-0b101"],
    ["%o", [8], "10"],
    ["%#o", [8], "010"],
    ["%#o", [0], "0"],
    ["%#06o", [8], "000010"],
    ["%O", [8], "0o10"],
    ["%#O", [8], "0o010"],
    ["%.3O", [8], "0o010"],
    ["%x", [255], "ff"],
    ["%X", [255], "FF"],
    ["%#x", [255], "0xff"],
    ["%#X", [255], "0XFF"],
    ["%x", [-255], "-ff"],
    ["%#06x", [255], "0x0000ff"],
    ["%# x", [255], " 0xff"],
    ["%x", [-9223372036854775808n], "-8000000000000000"],
    ["%c", [65], "A"],
    ["%5c|%-5c|%05c", [65, 65, 65], "    A|A    |0000A"],
    ["%c", [128512], "😀"],
    ["%c", [-1], "�"],
    ["%c", [55296], "�"],
    ["%q", [65], "'A'"],
    ["%q", [39], "'\\''"],
    ["%q", [34], "'\"'"],
    ["%q", [92], "'\\\\'"],
    ["%q", [10], "'\\n'"],
    ["%q", [0], "'\\x00'"],
    ["%q", [8217], "'’'"],
    ["%+q", [8217], "'\\u2019'"],
    ["%+q", [128512], "'\\U0001f600'"],
    ["%q", [1114112], "'�'"],
    ["%#q", [65], "'A'"],
    ["%U", [65], "U+0041"],
    ["%#U", [65], "U+0041 'A'"],
    ["%#U", [10], "U+000A"],
    ["%U", [128512], "U+1F600"],
    ["%#U", [128512], "U+1F600 '😀'"],
    ["%.8U", [65], "U+00000041"],
    ["%10U|%-10U|%010U", [65, 65, 65], "    U+0041|U+0041    |    U+0041"],
    ["%U", [-1], "U+FFFFFFFFFFFFFFFF"],
    ["%v|%+v|%#v|%5v|%05v", [7, 7, 7, 7, 7], "7|7|7|    7|00007"],
    [
      "%v %d %x %T %#v",
      [Sized("uint8", 65), Sized("uint8", 65), Sized("uint8", 65), Sized("uint8", 65), Sized("uint8", 65)],
      "65 65 41 uint8 0x41",
    ],
    [
      "%#v %#v %#v",
      [Sized("uint64", 18446744073709551615n), Sized("int64", -5), Sized("uint", 0)],
      "0xffffffffffffffff -5 0x0",
    ],
    ["%x", [Sized("int8", -128)], "-80"],
    ["%c", [Sized("uint8", 200)], "È"],
  ],
  strings: [
    ["%s", ["hi"], "hi"],
    ["%5s|%-5s|%05s|%-05s|", ["a", "b", "c", "d"], "    a|b    |0000c|d    |"],
    ["%.3s", ["hello"], "hel"],
    ["%.2s", ["日本語"], "日本"],
    ["%5.1s|", ["日本語"], "    日|"],
    ["%.1s", ["😀x"], "😀"],
    ["%.0s|", ["x"], "|"],
    ["%5s|", ["é"], "    é|"],
    ["%5s|", ["😀"], "    😀|"],
    ["%3s|", ["\udcff"], "  \udcff|"],
    ["%.1s|", ["\udcff\udcfe"], "\udcff|"],
    ["%.1s|", ["\udcc3\udca9x"], "é|"],
    ["%3s|", ["\udcc3\udca9"], "  é|"],
    ["%x", ["hello"], "68656c6c6f"],
    ["%X", ["hello"], "68656C6C6F"],
    ["% x", ["hello"], "68 65 6c 6c 6f"],
    ["%#x", ["hello"], "0x68656c6c6f"],
    ["%# x", ["hello"], "0x68 0x65 0x6c 0x6c 0x6f"],
    ["%# X", ["hello"], "0X68 0X65 0X6C 0X6C 0X6F"],
    ["%.3x", ["hello"], "68656c"],
    ["%.2x", ["é!"], "c3a9"],
    ["%x", ["日"], "e697a5"],
    ["%x", ["\udcff"], "ff"],
    ["%12x|%-12x|%012x", ["hi", "hi", "hi"], "        6869|6869        |000000006869"],
    ["%5x|%05x", ["", ""], "     |00000"],
    ["%q", ['say "hi"\n'], '"say \\"hi\\"\\n"'],
    ["%q", ["`日本"], '"`日本"'],
    ["%+q", ["日本😀"], '"\\u65e5\\u672c\\U0001f600"'],
    ["%#q", ['say "hi"'], '`say "hi"`'],
    ["%#q", ["back`quote"], '"back`quote"'],
    ["%#q", ["two\nlines"], '"two\\nlines"'],
    ["%#+q", ["é`"], '"\\u00e9`"'],
    ["%.2q", ["héllo"], '"hé"'],
    ["%10q|%-10q|%010q", ["a", "a", "a"], '       "a"|"a"       |0000000"a"'],
    ["%q", ["\udcff\u0000\u007f"], '"\\xff\\x00\\x7f"'],
    ["%q", ["\u00a0\ufeff\u200b\u{e0001}"], '"\\u00a0\\ufeff\\u200b\\U000e0001"'],
    ["%v|%+v|%#v", ["a b", "a b", "a b"], 'a b|a b|"a b"'],
    ["%#v", ["tab\t`"], '"tab\\t`"'],
    ["%.2v|%5v", ["hello", "a"], "he|    a"],
  ],
  "bool and complex": [
    ["%t %v", [true, false], "true false"],
    ["%7t|%-7t|%07t", [true, true, false], "   true|true   |00false"],
    ["%v", [C(1, 2)], "(1+2i)"],
    ["%v", [C(0, -0)], "(0-0i)"],
    ["%+v", [C(1, 2)], "(1+2i)"],
    ["%.2f", [C(1.005, -2.5)], "(1.00-2.50i)"],
    ["%+.1e", [C(1, 1)], "(+1.0e+00+1.0e+00i)"],
    ["%8.2f|", [C(1, 2)], "(    1.00   +2.00i)|"],
    ["%08.2f|", [C(1, -2)], "(00001.00-0002.00i)|"],
    ["%g", [C(NaN, Infinity)], "(NaN+Infi)"],
    ["%#v", [C(1, 2)], "(1+2i)"],
    ["%x", [C(1, 2)], "(0x1p+00+0x1p+01i)"],
    ["%d", [C(1, 2)], "%!d(complex128=(1+2i))"],
    ["%T", [C(1, 2)], "complex128"],
  ],
  "lists and maps": [
    ["%v", [[1, "a", null, true, 1.5]], "[1 a <nil> true 1.5]"],
    ["%v", [[]], "[]"],
    ["%v", [{}], "map[]"],
    ["%v", [[[1, [2]], []]], "[[1 [2]] []]"],
    ["%v", [{ b: 1, a: "x", c: null }], "map[a:x b:1 c:<nil>]"],
    ["%v", [{ "10": 1, "9": 2, B: 3, a: 4, "😀": 5, "\ue000": 6 }], "map[10:1 9:2 B:3 a:4 \ue000:6 😀:5]"],
    ["%v", [{ a: { b: [1] } }], "map[a:map[b:[1]]]"],
    ["%+v", [{ a: [1.5] }], "map[a:[1.5]]"],
    ["%#v", [["a", 1, 1.5, null, true]], '[]interface {}{"a", 1, 1.5, interface {}(nil), true}'],
    ["%#v", [{ a: 1, b: [] }], 'map[string]interface {}{"a":1, "b":[]interface {}{}}'],
    ["%#v", [[]], "[]interface {}{}"],
    ["%#v", [{}], "map[string]interface {}{}"],
    ["%#v", [{ 'q"': { x: null } }], 'map[string]interface {}{"q\\"":map[string]interface {}{"x":interface {}(nil)}}'],
    ["%s", [["a", "b"]], "[a b]"],
    ["%s", [{ a: "b" }], "map[a:b]"],
    ["%d", [[1, 2, 3]], "[1 2 3]"],
    ["%d", [{ a: 1 }], "map[%!d(string=a):1]"],
    ["%5s|", [["a", "b"]], "[    a     b]|"],
    ["%-3d|", [[1, 2]], "[1   2  ]|"],
    ["%.1f", [[1.25, 2.5]], "[1.2 2.5]"],
    ["%q", [["a", 65]], "[\"a\" 'A']"],
    ["%x", [["hi", 255]], "[6869 ff]"],
    ["% x", [["hi", "yo"]], "[68 69 79 6f]"],
    ["%05d", [[1, -1]], "[00001 -0001]"],
    ["%5v|", [[1, "a", null, true]], "[    1     a <nil>  true]|"],
    ["%5v|", [{ a: 1 }], "map[    a:    1]|"],
    ["%t", [[true, 1]], "[true %!t(int=1)]"],
    ["%d", [["a", null, 1.5]], "[%!d(string=a) <nil> %!d(float64=1.5)]"],
    ["%s", [[null]], "[<nil>]"],
    ["%+d", [[1, 2]], "[+1 +2]"],
    ["%#x", [["a", 10]], "[0x61 0xa]"],
    ["%T %T %T", [[], {}, [1]], "[]interface {} map[string]interface {} []interface {}"],
    ["%v", [new Set([1, "x"])], "[1 x]"],
    [
      "%v",
      [
        new Map<string, unknown>([
          ["b", 1],
          ["a", [2]],
        ]),
      ],
      "map[a:[2] b:1]",
    ],
    ["%v", [new Uint8Array([1, 2, 255])], "[1 2 255]"],
    ["%v", [new Float64Array([0.5, 1.5])], "[0.5 1.5]"],
    ["%d", [new BigInt64Array([1n, -1n])], "[1 -1]"],
  ],
  times: [
    ["%v", [T("2026-11-23T18:23:49.123Z")], "2026-11-23 18:23:49.123 +0000 UTC"],
    ["%s", [T("2026-11-23T18:23:49.120Z")], "2026-11-23 18:23:49.12 +0000 UTC"],
    ["%v", [T("2026-11-23T18:23:49Z")], "2026-11-23 18:23:49 +0000 UTC"],
    ["%v", [T("0001-01-01T00:00:00Z")], "0001-01-01 00:00:00 +0000 UTC"],
    ["%v", [T("-000001-01-01T00:00:00Z")], "-0001-01-01 00:00:00 +0000 UTC"],
    ["%v", [T("+012345-01-01T00:00:00Z")], "12345-01-01 00:00:00 +0000 UTC"],
    ["%q", [T("2026-01-02T03:04:05.006Z")], '"2026-01-02 03:04:05.006 +0000 UTC"'],
    ["%x", [T("2026-01-02T03:04:05Z")], "323032362d30312d30322030333a30343a3035202b3030303020555443"],
    ["%.4s|%24.10s|", [T("2026-01-02T03:04:05Z"), T("2026-01-02T03:04:05Z")], "2026|              2026-01-02|"],
    ["%32v|", [T("2026-01-02T03:04:05Z")], "   2026-01-02 03:04:05 +0000 UTC|"],
    ["%#v", [T("2026-01-02T03:04:05.006Z")], "time.Date(2026, time.January, 2, 3, 4, 5, 6000000, time.UTC)"],
    ["%#v", [T("-000001-12-31T00:00:00Z")], "time.Date(-1, time.December, 31, 0, 0, 0, 0, time.UTC)"],
    ["%d", [T("2026-01-02T03:04:05.006Z")], "{6000000 63902919845 0}"],
    ["%d", [T("1969-12-31T23:59:59.999Z")], "{999000000 62135596799 0}"],
    ["%t", [T("2026-01-02T03:04:05Z")], "{%!t(uint64=0) %!t(int64=63902919845) %!t(*time.Location=<nil>)}"],
    ["%f", [T("2026-01-02T03:04:05Z")], "{%!f(uint64=0) %!f(int64=63902919845) %!f(*time.Location=<nil>)}"],
    ["%p", [T("2026-01-02T03:04:05Z")], "%!p(time.Time={0 63902919845 <nil>})"],
    ["%+w", [T("2026-01-02T03:04:05.5Z")], "%!w(time.Time={wall:500000000 ext:63902919845 loc:<nil>})"],
    [
      "%#w",
      [T("2026-01-02T03:04:05.5Z")],
      "%!w(time.Time=time.Time{wall:0x1dcd6500, ext:63902919845, loc:(*time.Location)(nil)})",
    ],
    ["%T", [T("2026-01-02T03:04:05Z")], "time.Time"],
    ["%v", [[T("2026-01-02T03:04:05Z")]], "[2026-01-02 03:04:05 +0000 UTC]"],
    [
      "%#v",
      [{ t: T("2026-01-02T03:04:05Z") }],
      'map[string]interface {}{"t":time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)}',
    ],
    ["%d", [[T("2026-01-02T03:04:05Z")]], "[{0 63902919845 0}]"],
  ],
  errors: [
    ["%d", ["hi"], "%!d(string=hi)"],
    ["%s", [5], "%!s(int=5)"],
    ["%f", [1], "%!f(int=1)"],
    ["%d", [F(2)], "%!d(float64=2)"],
    ["%s", [1.5], "%!s(float64=1.5)"],
    ["%s", [true], "%!s(bool=true)"],
    ["%t", [1], "%!t(int=1)"],
    ["%z", [1], "%!z(int=1)"],
    ["%é", [1], "%!é(int=1)"],
    ["%😀", ["x"], "%!😀(string=x)"],
    ["%05d", ["hi"], "%!d(string=000hi)"],
    ["%.2f", [1], "%!f(int=01)"],
    ["%+d", [F(2)], "%!d(float64=+2)"],
    ["%#d", ["a b"], "%!d(string=a b)"],
    ["%x", [true], "%!x(bool=true)"],
    ["%10.3d|", ["hello"], "%!d(string=       hel)|"],
    ["%d", [null], "%!d(<nil>)"],
    ["%s", [undefined], "%!s(<nil>)"],
    ["%v %+v %#v", [null, null, null], "<nil> <nil> <nil>"],
    ["%5v|%-7v|", [null, null], "<nil>|<nil>  |"],
    ["%T", [null], "<nil>"],
    ["%p", [1], "%!p(int=1)"],
    ["%p", ["a"], "%!p(string=a)"],
    ["%w", ["a"], "%!w(string=a)"],
    ["%w", [[1, "a"]], "%!w([]interface {}=[1 a])"],
    ["%w", [null], "%!w(<nil>)"],
    ["%!", [1], "%!!(int=1)"],
    ["%S", ["a"], "%!S(string=a)"],
    ["%d", [], "%!d(MISSING)"],
    ["%d %d", [1], "1 %!d(MISSING)"],
    ["%d", [1, 2], "1%!(EXTRA int=2)"],
    [
      "%d",
      [1, "x", null, 2.5, [1], { a: 1 }, true],
      "1%!(EXTRA string=x, <nil>, float64=2.5, []interface {}=[1], map[string]interface {}=map[a:1], bool=true)",
    ],
    ["text", [1], "text%!(EXTRA int=1)"],
    ["%%", [], "%"],
    ["%%", [1], "%%!(EXTRA int=1)"],
    ["100%", [], "100%!(NOVERB)"],
    ["100%%", [], "100%"],
    ["%5%|%-5.2%|", [], "%|%|"],
    ["%", [1], "%!(NOVERB)%!(EXTRA int=1)"],
    ["%5", [1], "%!(NOVERB)%!(EXTRA int=1)"],
    ["%-", [], "%!(NOVERB)"],
    ["%.", [1], "%!.(int=1)"],
    ["%5.", [1], "%!.(int=    1)"],
    ["%#", [], "%!(NOVERB)"],
    ["%.d|", [1], "1|"],
    ["%.f|", [2.5], "2|"],
  ],
  "indexes and stars": [
    ["%[2]d %[1]d", [1, 2], "2 1"],
    ["%[1]d %[1]v %d", [1, 2], "1 1 2"],
    ["%[3]d", [1], "%!d(BADINDEX)"],
    ["%[0]d", [1], "%!d(BADINDEX)"],
    ["%[-1]d", [1], "%!d(BADINDEX)"],
    ["%[x]d", [1], "%!d(BADINDEX)"],
    ["%[]d", [1], "%!d(BADINDEX)"],
    ["%[", [1], "%!(NOVERB)"],
    ["%[1", [1], "%!(NOVERB)"],
    ["%[1]", [1], "%!(NOVERB)"],
    ["%[]", [1], "%!](BADINDEX)"],
    ["%[2]3d", [1, 2], "%!d(BADINDEX)"],
    ["%[2].3d", [1, 2], "%!d(BADINDEX)"],
    ["%3[2]d", [1, 2], "  2"],
    ["%.3[2]d", [1, 2], "002"],
    ["%[1]*d", [5, 1], "    1"],
    ["%[2]*[1]d", [1, 5], "    1"],
    ["%[3]*.[2]*[1]f", [12.0625, 2, 6], " 12.06"],
    ["%[5]d %d", [1, 2], "%!d(BADINDEX) 1"],
    ["%[1]%", [1], "%"],
    ["%[2]d", [1, 2, 3], "2"],
    ["%[10000001]d", [1], "%!d(BADINDEX)"],
    ["%*d", [5, 42], "   42"],
    ["%-*d|", [5, 42], "42   |"],
    ["%*d|", [-5, 42], "42   |"],
    ["%0*d|", [-5, 42], "42   |"],
    ["%.*f", [2, 3.4567], "3.46"],
    ["%.*f", [-1, 3.5], "%!(BADPREC)3.500000"],
    ["%*.*f|", [8, 2, 3.4567], "    3.46|"],
    ["%*d", ["x", 42], "%!(BADWIDTH)42"],
    ["%*d", [1.5, 42], "%!(BADWIDTH)42"],
    ["%*d", [null, 42], "%!(BADWIDTH)42"],
    ["%.*d", ["x", 42], "%!(BADPREC)42"],
    ["%*d", [10000000, 42], "%!(BADWIDTH)42"],
    ["%.*d", [10000000, 42], "%!(BADPREC)42"],
    ["%*d", [], "%!(BADWIDTH)%!d(MISSING)"],
    ["%*d", [5], "%!d(MISSING)"],
    ["%*%|", [5], "%|"],
    ["%*", [5], "%!(NOVERB)"],
    ["%*d", [5n, 1], "    1"],
    ["%*d", [Sized("uint8", 5), 1], "    1"],
    ["%10000011d", [1], "%!(NOVERB)%!(EXTRA int=1)"],
    ["%99999999999d|", [1, 2], "%!(NOVERB)%!(EXTRA int=1, int=2)"],
    ["%.99999999999d|", [1], "%!(NOVERB)%!(EXTRA int=1)"],
  ],
};

for (const [name, group] of Object.entries(rows)) {
  describe(name, () => {
    for (const [format, args, expected] of group) {
      test(`${format} of ${sprintln(args, ints).trimEnd()}`, () => {
        expect(sprintf(format, args, ints)).toBe(expected);
        expect(compileFormat(format)(args, ints)).toBe(expected);
        if (format === "%v" && args.length === 1) expect(formatValue(args[0], ints)).toBe(expected);
      });
    }
  });
}

const printed: readonly (readonly [print: typeof sprint, args: readonly unknown[], expected: string])[] = [
  [sprint, [], ""],
  [sprint, [1, 2], "1 2"],
  [sprint, ["a", 1, 2, "b"], "a1 2b"],
  [sprint, [1, true, null], "1 true <nil>"],
  [sprint, ["a", "b"], "ab"],
  [sprint, [1, "a", 2], "1a2"],
  [sprint, ["", 1, 2], "1 2"],
  [sprint, [[1], [2]], "[1] [2]"],
  [sprint, [null, null], "<nil> <nil>"],
  [sprint, [null, "a", 1.5], "<nil>a1.5"],
  [sprint, [F(1e6), 1000000, F(-0), -0], "1e+06 1000000 -0 0"],
  [sprint, [{ a: 1 }, "x", [1, "y"]], "map[a:1]x[1 y]"],
  [sprintln, [], "\n"],
  [sprintln, [1], "1\n"],
  [sprintln, ["a", "b", 1, null], "a b 1 <nil>\n"],
  [sprintln, ["x\n"], "x\n\n"],
  [sprintln, [[1, [2]], { a: null }], "[1 [2]] map[a:<nil>]\n"],
];

test.each(printed)("%o of %j", (print, args, expected) => {
  expect(print(args, ints)).toBe(expected);
});

/** Under `numbers: "float64"`: %v, %d, %.1f, %T, %#v. */
const jsonNumbers: readonly (readonly [unknown, string, string, string, string, string])[] = [
  [1, "1", "%!d(float64=1)", "1.0", "float64", "1"],
  [1.5, "1.5", "%!d(float64=1.5)", "1.5", "float64", "1.5"],
  [1e6, "1e+06", "%!d(float64=1e+06)", "1000000.0", "float64", "1e+06"],
  [1e20, "1e+20", "%!d(float64=1e+20)", "100000000000000000000.0", "float64", "1e+20"],
  [12345678n, "12345678", "12345678", "%!f(int=12345678)", "int", "12345678"],
  [-0, "-0", "%!d(float64=-0)", "-0.0", "float64", "-0"],
  [[1, 2.5], "[1 2.5]", "[%!d(float64=1) %!d(float64=2.5)]", "[1.0 2.5]", "[]interface {}", "[]interface {}{1, 2.5}"],
  [
    { a: 1e6 },
    "map[a:1e+06]",
    "map[%!d(string=a):%!d(float64=1e+06)]",
    "map[%!f(string=a):1000000.0]",
    "map[string]interface {}",
    'map[string]interface {}{"a":1e+06}',
  ],
];

test.each(jsonNumbers)("%o where every number is a float64", (value, v, d, f, type, syntax) => {
  expect(formatValue(value, floats)).toBe(v);
  expect(sprintf("%d", [value], floats)).toBe(d);
  expect(sprintf("%.1f", [value], floats)).toBe(f);
  expect(sprintf("%T", [value], floats)).toBe(type);
  expect(sprintf("%#v", [value], floats)).toBe(syntax);
});

const formatted: readonly (readonly [number, Parameters<typeof formatFloat>[1], number, string])[] = [
  [0.1, "f", -1, "0.1"],
  [1e21, "f", -1, "1000000000000000000000"],
  [1.5e-7, "f", -1, "0.00000015"],
  [123456789, "f", -1, "123456789"],
  [-0, "f", -1, "-0"],
  [100, "e", -1, "1e+02"],
  [0, "e", -1, "0e+00"],
  [-1.25e-10, "e", -1, "-1.25e-10"],
  [1e21, "g", -1, "1e+21"],
  [1e21, "G", -1, "1E+21"],
  [0.5, "f", 0, "0"],
  [1e22, "f", 2, "10000000000000000000000.00"],
  [
    1.5,
    "f",
    99,
    "1.500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
  ],
  [
    1.5,
    "f",
    100,
    "1.5000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
  ],
  [Infinity, "E", 2, "+Inf"],
  [NaN, "G", -1, "NaN"],
  [2.5, "x", -1, "0x1.4p+01"],
  [2.5, "X", 3, "0X1.400P+01"],
  [2.5, "b", -1, "5629499534213120p-51"],
  [123456, "g", 100, "123456"],
  [5e-324, "e", 0, "5e-324"],
];

test.each(formatted)("formatFloat(%d, %s, %d)", (value, verb, precision, expected) => {
  expect(formatFloat(value, verb, precision)).toBe(expected);
});

describe("what Go does not have", () => {
  test("absent values and symbols are nil", () => {
    expect(sprint([undefined, Symbol("x")], ints)).toBe("<nil> <nil>");
    expect(formatValue([undefined, Symbol("x")], ints)).toBe("[<nil> <nil>]");
  });
  test("functions and iterables have one address", () => {
    const f = () => 1;
    expect(sprintf("%v %#v %p %#p %d", [f, f, f, f, f], ints)).toBe(
      "0xc000000000 (func(...interface {}) interface {})(0xc000000000) 0xc000000000 c000000000 824633720832",
    );
    expect(sprintf("%v %T", [new Pairs([]), new Set().values()], ints)).toBe("0xc000000000 iter.Seq[interface {}]");
    expect(sprintf("%s %p", [f, [1]], ints)).toBe("%!s(func(...interface {}) interface {}=0xc000000000) 0xc000000000");
  });
  test("bigints beyond 64 bits are printed as they are", () => {
    expect(sprintf("%d %x", [10n ** 30n, -(2n ** 64n)], ints)).toBe(`1${"0".repeat(30)} -1${"0".repeat(16)}`);
    expect(() => formatValue(1n << 5000n, ints)).toThrow("exceeded the output limit");
  });
  test("an invalid Date is the zero time", () => {
    expect(formatValue(new Date(Number.NaN), ints)).toBe("0001-01-01 00:00:00 +0000 UTC");
  });
});

describe("limits", () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
  const shared = (levels: number, of: unknown): unknown => (levels === 0 ? of : Array(10).fill(shared(levels - 1, of)));

  test("containers inside containers", () => {
    expect(formatValue(nested(101), ints)).toHaveLength(203);
    expect(() => formatValue(nested(102), ints)).toThrow("exceeded the depth limit");
    const list: unknown[] = [];
    list.push(list);
    expect(() => formatValue(list, ints)).toThrow("exceeded the depth limit");
    const map: Record<string, unknown> = {};
    map.again = { map };
    expect(() => sprintf("%#v", [map], ints)).toThrow("exceeded the depth limit");
  });

  const tooLong: readonly (() => string)[] = [
    () => formatValue(shared(20, 1), ints),
    () => formatValue(shared(20, []), ints),
    () => formatValue(new Array(4_000_000_000), ints),
    () => sprintf("%1000000d", [1], ints),
    () => sprintf("%-1000000s", ["a"], ints),
    () => sprintf("%*d", [1_000_000, 1], ints),
    () => sprintf("%.1000000d", [1], ints),
    () => sprintf("%.1000000f", [1.5], ints),
    () => sprintf("%.1000000e", [1.5], ints),
    () => sprintf("%.1000000x", [1.5], ints),
    () => sprintf("%#.1000000g", [1.5], ints),
    () => sprintf("%.1000000U", [1], ints),
    () => sprintf("%1000000x", [""], ints),
    () => sprintf("%x", ["a".repeat(50_001)], ints),
    () => sprintf("%q", ["\u0001".repeat(99_000)], ints),
    () => sprintf("%s%s", ["a".repeat(60_000), "a".repeat(60_000)], ints),
    () => sprintf("a".repeat(100_001), [], ints),
    () => sprint(["a".repeat(60_000), "a".repeat(60_000)], ints),
  ];
  test.each(tooLong.map((print) => [String(print), print] as const))("%s", (_, print) => {
    expect(print).toThrow("exceeded the output limit");
  });

  test("all of the budget may be used", () => {
    expect(sprintf("%100000d", [1], ints)).toHaveLength(100_000);
    expect(sprintf("%.99998f", [1.5], ints)).toHaveLength(100_000);
    expect(sprintf("%.1000000g", [1.5], ints)).toBe("1.5");
    expect(sprintf("%q", ["é".repeat(99_998)], ints)).toHaveLength(100_000);
  });
});

describe("laws", () => {
  test("a float that was printed reads back", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom("%v", "%g", "%G"),
        (x, format) => {
          expect(Number(sprintf(format, [F(x)], ints))).toBe(x);
        },
      ),
    );
  });

  /** Returns twice the value times 10^decimals, exactly, as a fraction. */
  function scaledTwice(x: number, decimals: number): readonly [bigint, bigint] {
    let denominator = 1n;
    let numerator = x;
    for (; !Number.isInteger(numerator); numerator *= 2) denominator *= 2n;
    return [2n * BigInt(numerator) * 10n ** BigInt(decimals), denominator];
  }

  test("%.nf is the nearest decimal, of two the even one", () => {
    const dyadic = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 12 })).map(([n, k]) => n / 2 ** k);
    const wide = fc.double({ min: -1e25, max: 1e25, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-200);
    fc.assert(
      fc.property(fc.oneof(dyadic, wide), fc.integer({ min: 0, max: 130 }), (x, decimals) => {
        const units = BigInt(formatFloat(x, "f", decimals).replace(".", ""));
        const [twice, denominator] = scaledTwice(x, decimals);
        const off = twice - 2n * units * denominator;
        const distance = off < 0n ? -off : off;
        expect(distance < denominator || (distance === denominator && units % 2n === 0n)).toBe(true);
      }),
    );
  });

  test("a width is reached with spaces or zeros, and nothing else changes", () => {
    const value = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.double(), fc.bigInt());
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: 40 }), (x, width) => {
        const plain = sprintf("%v", [x], ints);
        const padding = " ".repeat(Math.max(0, width - [...plain].length));
        expect(sprintf(`%${width}v`, [x], ints)).toBe(padding + plain);
        expect(sprintf(`%-${width}v`, [x], ints)).toBe(plain + padding);
        expect(sprintf("%*v", [width, x], ints)).toBe(padding + plain);
      }),
    );
  });

  test("every format prints something", () => {
    const format = fc.string({ unit: fc.constantFrom(..."%%%+-# 0123456789.*[]vdsqxXfgeTtpcUé😀\udcff") });
    fc.assert(
      fc.property(format, fc.array(fc.anything()), (source, args) => {
        const small = { ...ints, output: 5_000, depth: 20 };
        try {
          expect(sprintf(source, args, small).length).toBeLessThanOrEqual(small.output);
        } catch (error) {
          expect(String(error)).toContain("exceeded the output limit");
        }
      }),
    );
  });
});
