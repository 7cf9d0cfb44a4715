import { sprig } from "../../functions/index.ts";
import type { Change } from "../finding.ts";
import type { Rule } from "../rule.ts";

/** Functions of known sets with a layout, by the index of that argument. */
const layouts: Readonly<Record<string, number>> = {
  date: 0,
  dateInZone: 0,
  date_in_zone: 0,
  toDate: 0,
  mustToDate: 0,
  must_toDate: 0,
};

/** Finds date layouts in another language's letters. */
export const dateLayout: Rule = {
  name: "date-layout",
  severity: "error",
  summary: "A date layout of another language: `YYYY-MM-DD`, `%d.%m.%Y`.",
  reason:
    "Go's layouts show how the reference time is printed: Monday, January 2, 2006, 15:04:05. Letters such as YYYY mean nothing and are printed as they are.",
  examples: {
    good: [{ text: '{{ date "2006-01-02" .when }}', options: { functions: [sprig] } }],
    bad: [
      { text: '{{ date "YYYY-MM-DD" .when }}', options: { functions: [sprig] } },
      { text: '{{ .when | date "%d.%m.%Y" }}', options: { functions: [sprig] } },
      { text: '{{ date "2024-12-31" .when }}', options: { functions: [sprig] } },
    ],
  },
  check: (context) => ({
    call({ name, fn, args }, { tree }) {
      const at = Object.hasOwn(layouts, name) ? layouts[name] : undefined;
      const layout = at === undefined ? undefined : args[at];
      if (!fn || !layout || !("kind" in layout.node) || layout.node.kind !== "string") return;
      const { text, quoted } = layout.node;
      const foreign = foreignLetters(text);
      const year = /(?<!\d)(?:19|20)\d\d(?!\d)/.exec(text)?.[0];
      const isExample = year !== undefined && year !== "2006";
      if (text === "" || (foreign === undefined && !isExample && reference.test(text))) return;
      const meant = translated(text);
      const change: Change | undefined =
        meant !== undefined && meant !== text
          ? {
              message: `Write ${JSON.stringify(meant)}`,
              edits: [{ ...place(layout.node), text: quoted[0] === "`" ? `\`${meant}\`` : JSON.stringify(meant) }],
            }
          : undefined;
      const why =
        foreign !== undefined
          ? `${foreign} means nothing in a Go date layout`
          : isExample
            ? `${year} is not the year of Go's reference time, so it is printed as it is`
            : "This date layout has none of the parts that Go knows";
      context.report({
        message: `${why}. Write the layout with the reference time Monday, January 2, 2006, 15:04:05${meant && meant !== text ? `: ${meant}` : ""}.`,
        at: layout.node,
        source: tree.source,
        suggestions: change ? [change] : [],
      });
    },
  }),
};

const place = ({ start, end }: { readonly start: number; readonly end: number }) => ({ start, end });

const reference = /2006|06|01|1|Jan|02|_2|2|15|03|3|04|4|05|5|PM|pm|Mon|MST|Z07|-07/;

/** Returns the first piece that is a part of a date in another language. */
function foreignLetters(layout: string): string | undefined {
  return /%[A-Za-z]|(?<![A-Za-z])(?:[Yy]{2,4}|M{2,4}|D{2,4}|d{2,4}|HH|hh|mm|ss)(?![a-z])|(?<![A-Za-z])(?:YYYYMMDD|yyyyMMdd)/.exec(
    layout,
  )?.[0];
}

const moment: readonly (readonly [string, string])[] = [
  ...([
    ["YYYY", "2006"],
    ["yyyy", "2006"],
    ["YY", "06"],
    ["yy", "06"],
  ] as const),
  ...([
    ["MMMM", "January"],
    ["MMM", "Jan"],
    ["MM", "01"],
  ] as const),
  ...([
    ["dddd", "Monday"],
    ["ddd", "Mon"],
    ["DD", "02"],
    ["dd", "02"],
    ["D", "2"],
  ] as const),
  ...([
    ["HH", "15"],
    ["H", "15"],
    ["hh", "03"],
    ["mm", "04"],
    ["ss", "05"],
  ] as const),
];
const strftime: Readonly<Record<string, string>> = {
  ...{ Y: "2006", y: "06", m: "01", B: "January", b: "Jan", d: "02", e: "_2", A: "Monday", a: "Mon" },
  ...{ H: "15", I: "03", M: "04", S: "05", p: "PM", Z: "MST", z: "-0700", F: "2006-01-02", T: "15:04:05" },
};

/** Translates a layout to Go's, if each of its letters has an equivalent. */
function translated(layout: string): string | undefined {
  if (layout.includes("%")) {
    let known = true;
    const result = layout.replaceAll(/%([A-Za-z])/g, (_, letter: string) => {
      if (!Object.hasOwn(strftime, letter)) known = false;
      return strftime[letter] ?? "";
    });
    return known ? result : undefined;
  }
  if (!/[A-Za-z]/.test(layout)) return undefined;
  let rest = layout;
  let result = "";
  while (rest !== "") {
    const [from, to] = moment.find(([letters]) => rest.startsWith(letters)) ?? [rest[0]!, rest[0]!];
    result += to;
    rest = rest.slice(from.length);
  }
  return result;
}
