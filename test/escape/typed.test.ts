import { expect, test } from "vitest";
import { sprig } from "../../src/functions/index.ts";
import { compile, SizedInt } from "../../src/index.ts";

/** Output of real Go 1.27.4 for the same values in a script. */
test.each([
  ['toDate "2006-01-02 15:04:05.000 -07:00" "2026-01-02 04:04:05.678 +01:00"', '"2026-01-02T04:04:05.678+01:00"'],
  ['toDate "2006-01-02 15:04:05.000 -07:00" "2026-01-02 03:04:05.678 +00:00"', '"2026-01-02T03:04:05.678Z"'],
  ['toDate "2006-01-02 15:04:05 -07:00" "2026-01-02 04:04:05 -02:30"', '"2026-01-02T04:04:05-02:30"'],
  ['(toDate "2006-01-02" "2026-03-02").Month', '"March"'],
  ['list ((toDate "2006-01-02" "2026-03-02").Month)', "[3]"],
  ['semver "1.2.3"', '"1.2.3"'],
  [".now", '"1970-01-01T00:00:00Z"'],
  [".big", " 7 "],
])("{{ %s }} in a script", (action, written) => {
  const template = compile(`<script>var d = {{ ${action} }};</script>`, { escape: "html", functions: [sprig] });
  const profile = { now: new Date(0), big: new SizedInt("int64", 7) };
  expect(template.render(profile)).toBe(`<script>var d = ${written};</script>`);
});
