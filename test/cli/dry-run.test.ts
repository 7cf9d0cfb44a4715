import { expect, test } from "vitest";
import { folderOf, tocsin } from "./harness.ts";

const folder = folderOf({
  "alert.yaml": `title: Hey, {{ .name }}
body: '{{ if .off }}{{ abort "unsubscribed" }}{{ end }}{{ .order.total.amount }}'
`,
  "all.ndjson": [
    '{"name":"Ada","order":{"total":{"amount":3}}}',
    '{"order":{"total":{"amount":3}}}',
    "",
    '{"name":"Zoë","off":true}',
    '{"name":"Grace","order":{"total":4}}',
    `{"name":"${"long ".repeat(20)}","order":{"total":{"amount":3}}}`,
    "{",
    '{"name":"Eve","off":true}',
  ].join("\n"),
});
const dryRun = (...args: string[]) => tocsin(folder, ["dry-run", "alert.yaml", "-p", "all.ndjson", ...args]);

test("counts, and the lines of the worst", async () => {
  const { code, stdout } = await dryRun("--channel", "push");
  expect(code).toBe(1);
  expect(stdout).toBe(`7 profiles: 3 rendered, 2 failed, 2 aborted

1 failed: template: body:1:57: executing "body" at <.order.total.amount>: can't evaluate field amount in type interface {}
  line 5

1 failed: not JSON: Expected property name or '}'
  line 7

2 aborted: unsubscribed
  lines 4, 8

1 print <no value> in the title
  line 2

1 have a title longer than the 65 characters that are shown; the longest has 105 (line 6)
  line 6
`);
});

test("for programs", async () => {
  const { stdout } = await dryRun("--json");
  expect(JSON.parse(stdout)).toMatchObject({
    profiles: 7,
    rendered: 3,
    aborted: [{ reason: "unsubscribed", count: 2, lines: [4, 8] }],
    noValue: [{ part: "title", count: 1, lines: [2] }],
    tooLong: [],
  });
});

test("an audience with nothing wrong", async () => {
  const fine = folderOf({ "a.tmpl": "Hey, {{ .name }}", "p.ndjson": '{"name":"Ada"}\n{"name":"Zoë"}\n' });
  expect(await tocsin(fine, ["dry-run", "a.tmpl", "-p", "p.ndjson"])).toEqual({
    code: 0,
    stdout: "2 profiles: 2 rendered, 0 failed, 0 aborted\n",
    stderr: "",
  });
});
