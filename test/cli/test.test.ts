import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, tocsin } from "./harness.ts";

const files = {
  "hello.yaml": "title: Hey, {{ .first_name }}\nbody: |\n  One\n  {{ .n }}\n  Three\n",
  "hello.test.yaml": `# what we promise
tests:
  - name: known
    profile: { first_name: Ada, n: 2 }
    expect: { title: "Hey, Ada", body: "One\\n2\\nThree\\n" }
  - name: wrong on purpose
    profile: { first_name: Zoë, n: 3 }
    expect: { title: Hello, body: "One\\n2\\nThree\\n" }
  - name: fails
    profile: { first_name: { a: 1 }, n: 1 }
    expect: { title: "Hey, map[a:1]" }
  - name: not written yet
`,
  "note.tmpl": "{{ .x.y }}",
  "note.test.yaml": `tests:
  - name: an error
    profile: { x: 1 }
    expect: { error: 'template: note.tmpl:1:5: executing "note.tmpl" at <.x.y>: can''t evaluate field y in type interface {}' }
`,
  "lost.test.yaml": "tests: []\n",
};

test("differences are shown, part by part", async () => {
  const folder = folderOf(files);
  const { code, stdout } = await tocsin(folder, ["test", "hello.test.yaml"]);
  expect(code).toBe(1);
  expect(stdout).toBe(`hello.test.yaml: wrong on purpose
  title:
    expected "Hello"
    rendered "Hey, Zoë"
  body:
    --- expected
    +++ rendered
    @@ -1,3 +1,3 @@
     One
    -2
    +3
     Three
hello.test.yaml: not written yet
  title: unexpected "Hey, <no value>"
  body: unexpected "One\\n<no value>\\nThree\\n"
2 passed, 2 failed
`);
});

test("--update writes down what is rendered, and keeps comments", async () => {
  const folder = folderOf(files);
  expect((await tocsin(folder, ["test", "--update", "hello.test.yaml"])).stdout).toBe(
    "2 passed, 0 failed, 2 updated\n",
  );
  expect((await tocsin(folder, ["test", "hello.test.yaml"])).stdout).toBe("4 passed, 0 failed\n");
  expect(readFileSync(join(folder, "hello.test.yaml"), "utf8")).toMatch(/^# what we promise\n/);
});

test("a folder's tests, each with its own template", async () => {
  const { code, stdout } = await tocsin(folderOf(files), ["test"]);
  expect(code).toBe(1);
  expect(stdout).toContain("lost.test.yaml: no lost.yaml, .yml or .tmpl beside it\n");
  expect(stdout).toMatch(/3 passed, 3 failed\n$/);
});

test("no tests are a mistake", async () => {
  expect(await tocsin(folderOf({}), ["test"])).toEqual({
    code: 1,
    stdout: "",
    stderr: ".: no test files (*.test.yaml)\n",
  });
});
