import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alerting } from "../../src/functions/index.ts";
import { compile, Float64, TemplateError, TemplateLimitError, type TemplateOptions } from "../../src/index.ts";
import { Time } from "../../src/template/index.ts";

const profile = {
  email: "ada.byron@example.com",
  phone: "+48 601 234 567",
  empty: "",
  blank: " \n",
  zero: 0,
  no: false,
  none: null,
  list: ["apples", "pears", "plums"],
  one: ["apples"],
  nothing: [],
  map: {},
  family: "👨‍👩‍👧‍👦e\u0301é🇵🇱abc",
  big: 123456789012345678901234567890n,
  whole: new Float64(0),
  price: "19.90",
  date: new Date("2026-11-24T18:30:00Z"),
};

const options: TemplateOptions = { functions: [alerting], clock: () => new Date("2026-11-24T18:30:00Z") };

function render(text: string, more: TemplateOptions = {}, data: unknown = profile): string {
  try {
    // Intl writes narrow no-break spaces.
    return compile(text, { ...options, ...more })
      .render(data)
      .replace(/[\u202f\u00a0]/g, " ");
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return `! ${error.message.replace(/^.*?error calling /, "")}`;
  }
}

const rows = (cases: readonly (readonly [text: string, expected: string])[], more?: TemplateOptions) =>
  test.each(cases)("%s", (text, expected) => {
    expect(render(text, more)).toBe(expected);
  });

describe("require", () => {
  rows([
    ['{{ require "email" .email }} {{ .email | require "email" }}', "ada.byron@example.com ada.byron@example.com"],
    ['{{ require "zero" .zero }} {{ require "no" .no }} {{ require "whole" .whole }}', "0 false 0"],
    ['{{ require "first_name" .first_name }}', "! require: first_name is missing"],
    ['{{ .none | require "none" }}', "! require: none is missing"],
    ['{{ require "empty" .empty }}', "! require: empty is empty"],
    ['{{ require "blank" .blank }}', "! require: blank is empty"],
    ['{{ require "nothing" .nothing }}', "! require: nothing is empty"],
    ['{{ require "map" .map }}', "! require: map is empty"],
    ['{{ range require "list" .list }}{{ . }} {{ end }}', "apples pears plums "],
  ]);
});

describe("truncate", () => {
  rows([
    ['{{ truncate 10 "Hello there world" }}', "Hello the…"],
    ['{{ "Hello there world" | truncate 7 }}', "Hello…"],
    ['{{ truncate 7 "" "Hello there" }}', "Hello t"],
    ['{{ truncate 8 "..." "Hello there" }}', "Hello..."],
    ['{{ truncate 5 "Hello" }} {{ truncate 0 "Hello" }} {{ truncate 1 "Hello" }}', "Hello  …"],
    ['{{ truncate 2 "..." "Hello" }}', "He"],
    ["{{ truncate 3 .family }}", "👨‍👩‍👧‍👦e\u0301…"],
    ["{{ truncate 5 .family }}", "👨‍👩‍👧‍👦e\u0301é🇵🇱…"],
    ['{{ truncateBytes 5 "żółć" }} {{ truncateBytes 2 "żółć" }} {{ truncateBytes 8 "żółć" }}', "ż… ż żółć"],
    [
      "{{ truncateBytes 24 .family }}|{{ truncateBytes 28 .family }}|{{ truncateBytes 31 .family }}",
      "…|👨‍👩‍👧‍👦…|👨‍👩‍👧‍👦e\u0301…",
    ],
    ['{{ truncate -1 "x" }}', "! truncate: there cannot be -1 characters; give a number from 0"],
    ["{{ truncate 3 }}", "! truncate: give a length, an ellipsis if it is not to be …, and a text; got 0 texts"],
    [
      "{{ truncate 3 .list }}",
      '! template: template:1:14: executing "template" at <.list>: wrong type for value; expected string; got []interface {}',
    ],
  ]);
  test("never cuts a grapheme, never exceeds its room, keeps what fits", () => {
    const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
    const count = (text: string) => [...graphemes.segment(text)].length;
    const starts = (text: string) =>
      new Set([...graphemes.segment(text)].map(({ index }) => index).concat(text.length));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, room) => {
        const cut = compile('{{ truncate .room "" .text }}', options).render({ text, room });
        if (count(text) <= room) return cut === text;
        const kept = compile('{{ truncate .room "|" .text }}', options).render({ text, room });
        return text.startsWith(cut) && starts(text).has(text.slice(0, cut.length).length) && count(cut) <= room && count(kept) <= room; // biome-ignore format: one test
      }),
    );
  });
  test("a long text costs what is looked at, and is stopped where that is too much", () => {
    const text = "a".repeat(10_000_000);
    expect(compile("{{ truncate 5 .text }}", options).render({ text })).toBe("aaaa…");
    const few = compile("{{ truncate 5 .text }}", { ...options, limits: { steps: 1000 } });
    expect(() => few.render({ text })).toThrow(TemplateLimitError);
    const all = compile("{{ truncate 99999999 .text }}", { ...options, limits: { steps: 700_000 } });
    expect(() => all.render({ text })).toThrow(TemplateLimitError);
  });
});

const points = '"one: punkt | few: punkty | many: punktów | other: punktu"';

describe("counts in words", () => {
  rows([
    [
      '{{ plural "item" "items" 1 }} {{ plural "item" "items" 0 }} {{ len .list | plural "item" "items" }}',
      "item items items",
    ],
    [
      `{{ pluralForms ${points} "pl" 1 }} {{ pluralForms ${points} "pl" 22 }} {{ pluralForms ${points} "pl" 5 }} {{ pluralForms ${points} "pl" 1.5 }}`,
      "punkt punkty punktów punktu",
    ],
    [
      '{{ pluralForms "one: point | other: points: all" 1 }} {{ 2 | pluralForms "one: point | other: points: all" }}',
      "point points: all",
    ],
    ['{{ pluralForms "one point" 1 }}', '! pluralForms: "one point" is no form; write "one: point | other: points"'],
    [
      '{{ pluralForms "one: x" 1 }}',
      '! pluralForms: the form "other" is missing; it is for every count that has no form of its own',
    ],
    ['{{ pluralForms "other: x" }}', "! pluralForms: there is nothing to format; the value comes last"],
    [
      "{{ ordinal 1 }} {{ ordinal 2 }} {{ ordinal 3 }} {{ ordinal 11 }} {{ ordinal 112 }} {{ ordinal 1021 }}",
      "1st 2nd 3rd 11th 112th 1,021st",
    ],
    [
      '{{ ordinal "de" 3 }} {{ ordinal "fr" 1 }} {{ ordinal "fr" 2 }} {{ ordinal "es" 3 }} {{ ordinal "pt-BR" 3 }} {{ ordinal "ja" 3 }}',
      "3. 1er 2e 3.º 3º 3",
    ],
    ["{{ ordinal 1.5 }}", "! ordinal: 1.5 is no whole number"],
  ]);
  rows([[`{{ pluralForms ${points} 3 }}`, "punkty"]], { locale: "pl-PL" });
});

describe("numbers", () => {
  rows([
    [
      "{{ formatNumber 1234567.891 }} {{ formatNumber 2 1234.5 }} {{ formatNumber 0 2.5 }} {{ formatNumber -0.001 }}",
      "1,234,567.891 1,234.50 3 -0.001",
    ],
    ['{{ formatNumber 2 "de-DE" 1234567.891 }} {{ formatNumber "hi-IN" 1234567 }}', "1.234.567,89 12,34,567"],
    ["{{ formatNumber .big }} {{ formatNumber 2 .price }}", "123,456,789,012,345,678,901,234,567,890 19.90"],
    ['{{ formatPercent 0.256 }} {{ formatPercent 1 "fr-FR" 0.256 }} {{ formatPercent 2 1.5 }}', "26% 25,6 % 150.00%"],
    [
      '{{ formatCurrency "EUR" 1234.5 }} {{ formatCurrency "EUR" "de-DE" 1234.5 }} {{ formatCurrency "JPY" 1234 }} {{ .price | formatCurrency "USD" 0 }}',
      "€1,234.50 1.234,50 € ¥1,234 $20",
    ],
    ['{{ formatCurrency "pln" "pl-PL" 12.5 }}', "12,50 zł"],
    [
      '{{ humanizeCount 999 }} {{ humanizeCount 1234567 }} {{ humanizeCount 2 1234567 }} {{ humanizeCount "de" 1234567 }}',
      "999 1.2M 1.23M 1,2 Mio.",
    ],
    [
      '{{ humanizeBytes 0 }} {{ humanizeBytes 1 }} {{ humanizeBytes 999 }} {{ humanizeBytes 1500000 }} {{ humanizeBytes 999960 }} {{ humanizeBytes 2 "de" 1234567890 }}',
      "0 bytes 1 byte 999 bytes 1.5 MB 1 MB 1,23 GB",
    ],
    ['{{ formatNumber "x" }}', '! formatNumber: "x" is no number'],
    ["{{ formatNumber .nope }}", "! formatNumber: there is no number; the value is missing"],
    ["{{ formatNumber .list }}", "! formatNumber: the value is no number"],
    ["{{ formatNumber }}", "! formatNumber: there is nothing to format; the value comes last"],
    ['{{ formatNumber "not a locale" 3 }}', '! formatNumber: "not a locale" is no locale such as en-GB'],
    [
      "{{ formatNumber 21 3 }}",
      "! formatNumber: 21 is no way to format; give a locale, a time zone or a number of digits",
    ],
    ['{{ formatCurrency "EURO" 1 }}', '! formatCurrency: "EURO" is no currency; give its three letters, such as EUR'],
  ]);
  rows([["{{ formatNumber 1234.5 }} {{ formatNumber `en-GB` 1234.5 }}", "1.234,5 1,234.5"]], { locale: "de-DE" });
  test("the same under both number policies", () => {
    const text =
      '{{ formatNumber .n }} {{ formatNumber 2 .n }} {{ ordinal .n }} {{ plural "a" "b" 1 }} {{ humanizeBytes .n }}';
    expect(render(text, { numbers: "float64" }, { n: 3 })).toBe(render(text, {}, { n: 3 }));
  });
  test("a locale that nobody knows is not the machine's", () => {
    expect(render('{{ formatNumber "xx" 1234.5 }} {{ formatDate "xx" .date }}')).toBe("1,234.5 Nov 24, 2026");
  });
});

describe("dates", () => {
  rows([
    [
      "{{ formatDate .date }} | {{ formatTime .date }} | {{ formatDateTime .date }}",
      "Nov 24, 2026 | 6:30 PM | Nov 24, 2026, 6:30 PM",
    ],
    [
      '{{ formatDate "full" "pl-PL" .date }} | {{ formatDate "short" "en-GB" .date }}',
      "wtorek, 24 listopada 2026 | 24/11/2026",
    ],
    ['{{ formatTime "de-DE" "Asia/Tokyo" .date }} {{ formatDate "Asia/Tokyo" "de-DE" .date }}', "03:30 25.11.2026"],
    ['{{ formatDateTime "long" "Europe/Warsaw" .date }}', "November 24, 2026 at 7:30:00 PM GMT+1"],
    [
      "{{ formatDate 1790000000 }} {{ formatDate 1790000000000 }} {{ formatDate -1 }}",
      "Sep 21, 2026 Sep 21, 2026 Dec 31, 1969",
    ],
    [
      '{{ formatDateTime "America/New_York" "2026-01-02T03:04:05Z" }} | {{ formatDateTime "2026-01-02T03:04:05.5+02:00" }}',
      "Jan 1, 2026, 10:04 PM | Jan 2, 2026, 1:04 AM",
    ],
    [
      '{{ formatDate "America/New_York" "2026-01-02" }} | {{ formatDateTime "America/New_York" "2026-01-02 03:04" }}',
      "Jan 2, 2026 | Jan 2, 2026, 3:04 AM",
    ],
    [
      '{{ formatDate "soon" }}',
      '! formatDate: "soon" is no date; write 2026-11-24, 2026-11-24T18:30:00Z or seconds since 1970',
    ],
    ['{{ formatDate "2026-02-30" }}', '! formatDate: "2026-02-30" is no date: there is no such day or time'],
    ["{{ formatDate .nope }}", "! formatDate: there is no date; the value is missing"],
    ["{{ formatDate 1e300 }}", "! formatDate: 1e+300 is no date: it is too far away"],
    ['{{ formatDate "Mars/Base" .date }}', '! formatDate: "Mars/Base" is no time zone such as Europe/Warsaw'],
    [
      '{{ formatDate "brief text" .date }}',
      '! formatDate: "brief text" is no locale such as en-GB, and none of short, medium, long, full',
    ],
  ]);
  rows([["{{ formatDateTime .date }} {{ formatTime `UTC` .date }}", "24 lis 2026, 19:30 18:30"]], {
    locale: "pl",
    timeZone: "Europe/Warsaw",
  });
  rows([
    [
      '{{ formatRelative "2026-11-27T18:30:00Z" }} | {{ formatRelative "pl" "2026-11-24T16:20:00Z" }} | {{ formatRelative .date }}',
      "in 3 days | 2 godziny temu | now",
    ],
    [
      '{{ formatRelative "2026-11-23T18:29:00Z" }} | {{ formatRelative "narrow" "2025-11-23T18:29:00Z" }} | {{ formatRelative 1795545001 }}',
      "1 day ago | 1y ago | in 1 second",
    ],
  ]);
  test("a time of Go's", () => {
    expect(render("{{ formatDateTime .t }}", {}, { t: new Time(1_790_000_000, 5) })).toBe("Sep 21, 2026, 2:13 PM");
  });
  test("in daylight saving time and out of it", () => {
    const at = (date: string) => render('{{ formatTime "en-GB" "Europe/Warsaw" .date }}', {}, { date });
    expect(["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(at)).toEqual(["01:59", "03:00", "02:30", "02:30"]); // biome-ignore format: one line
  });
});

describe("durations", () => {
  rows([
    [
      "{{ formatDuration 3725 }} | {{ formatDuration 0 }} | {{ formatDuration 59.9 }} | {{ formatDuration -3600 }} | {{ formatDuration 86460 }}",
      "1 hour, 2 minutes | 0 seconds | 59 seconds | -1 hour | 1 day",
    ],
    [
      '{{ formatDuration "short" 90061 }} | {{ formatDuration "narrow" 90061 }} | {{ formatDuration "pl" 7325 }}',
      "1 day, 1 hr | 1d 1h | 2 godziny i 2 minuty",
    ],
    ['{{ formatDuration "x" }}', '! formatDuration: strconv.ParseFloat: parsing "x": invalid syntax'],
    [
      "{{ humanizeDuration 3725 }} {{ humanizeDuration 0.0123 }} {{ humanizeDuration `90061` }}",
      "1h 2m 5s 12.3ms 1d 1h 1m 1s",
    ],
  ]);
});

describe("lists", () => {
  rows([
    [
      "{{ formatList .list }} | {{ formatList .one }} | {{ formatList .nothing }}",
      "apples, pears, and plums | apples | ",
    ],
    [
      '{{ formatList "or" "de" .list }} | {{ .list | formatList "pl" }}',
      "apples, pears oder plums | apples, pears i plums",
    ],
    ["{{ formatList .nope }}", "! formatList: there is no list; the value is missing"],
    ["{{ formatList .email }}", "! formatList: the value is no list"],
  ]);
  test("elements print as they do elsewhere", () => {
    expect(render("{{ formatList .l }}", {}, { l: [1, 2.5, true, null, ["x"]] })).toBe("1, 2.5, true, <nil>, and [x]");
  });
});

describe("redact", () => {
  rows([
    [
      "{{ redact .email }} {{ redact .phone }} {{ .phone | redact }} {{ redact 48601234567 }}",
      "a***@example.com +** *** *** *67 +** *** *** *67 *********67",
    ],
    [
      '{{ redact "Call +48 601-234-567 or (555) 123-4567, mail a@b.co." }}',
      "Call +** ***-***-*67 or (***) ***-**67, mail a***@b.co.",
    ],
    ['{{ redact "Żaneta: zażółć+x@gęśl.example.pl;next@x.org" }}', "Żaneta: z***@gęśl.example.pl;n***@x.org"],
    [
      '{{ redact "on 2026-11-24 at 18:50 from 192.168.100.200: 12345 of 99 999, order A1234567" }}',
      "on 2026-11-24 at 18:50 from 192.168.100.200: 12345 of 99 999, order A1234567",
    ],
    ['{{ redact "" }}{{ redact "@ @x a@ a@b" }}', "@ @x a@ a@b"],
    ["{{ redact .nope }}", "! redact: there is nothing to hide; the value is missing"],
    ["{{ redact .list }}", "! redact: only text and numbers can be hidden"],
    [
      '{{ mask 4 "4111111111111111" }} {{ mask 0 "abc" }} {{ mask 9 "abc" }} {{ mask 1 "🇵🇱" }} {{ mask 2 12345 }}',
      "************1111 *** abc *🇱 ***45",
    ],
    ['{{ mask -1 "x" }}', "! mask: cannot keep -1 characters; give a number from 0"],
  ]);
  test.each(["a", "1", "a@", "1 ", "1-", "a.", "@", "(", "+1", "a@a.", "1111111x", " 1 1 1 1 1 1 1x"])(
    "a long run of %j takes no time to speak of",
    (piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const found = compile("{{ redact .text }}", { ...options, limits: { steps: 1_000_000 } }).render({ text });
      expect(found.length).toBeGreaterThan(0);
    },
  );
  test("no address or number is left, whatever stands around it", () => {
    const around = fc.string({ unit: fc.constantFrom(" ", "\n", ",", ";", "<", ">", "ż", "(", ":") });
    fc.assert(
      fc.property(around, around, (before, after) => {
        const redacted = render(
          "{{ redact .t }}",
          {},
          { t: `${before} ada.byron@example.com ${after} 601 234 567 ${after}` },
        );
        return !redacted.includes("byron") && !redacted.includes("601") && redacted.includes("a***@example.com");
      }),
    );
  });
});
