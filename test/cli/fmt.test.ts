import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, tocsin } from "./harness.ts";

const files = {
  "a.yaml": "# kept\ntitle: '{{.name|printf \"%s\"}}'\nbody: |\n  {{  if .a}}One{{end  }}\n  two\n",
  "b.tmpl": "{{.a}} {{ .b }}\n",
  "wrong.tmpl": "{{ if }}",
};
const formatted = "# kept\ntitle: '{{ .name | printf \"%s\" }}'\nbody: |\n  {{ if .a }}One{{ end }}\n  two\n";

test("writes actions in one style, and is content with that", async () => {
  const folder = folderOf(files);
  expect(await tocsin(folder, ["fmt", "a.yaml", "b.tmpl"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe(formatted);
  expect(readFileSync(join(folder, "b.tmpl"), "utf8")).toBe("{{ .a }} {{ .b }}\n");
  expect(await tocsin(folder, ["fmt", "--check", "a.yaml", "b.tmpl"])).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a text that is folded or escaped in its YAML keeps its lines and escapes", async () => {
  const folder = folderOf({
    "a.yaml": 'title: >-\n  one {{.a}}\n  two {{.b}}\nbody: "x\\n{{.c}} \\u00e9 {{ printf\\n\\"%s\\" .d}}"\n',
  });
  expect(await tocsin(folder, ["fmt", "a.yaml"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe(
    'title: >-\n  one {{ .a }}\n  two {{ .b }}\nbody: "x\\n{{ .c }} \\u00e9 {{ printf\\n  \\"%s\\" .d }}"\n',
  );
});

test("--check names what would change", async () => {
  const folder = folderOf(files);
  expect(await tocsin(folder, ["fmt", "--check", "a.yaml", "b.tmpl"])).toEqual({
    code: 1,
    stdout: "a.yaml\nb.tmpl\n",
    stderr: "",
  });
  expect(readFileSync(join(folder, "b.tmpl"), "utf8")).toBe(files["b.tmpl"]);
});

test("--diff shows it", async () => {
  const { code, stdout } = await tocsin(folderOf(files), ["fmt", "--diff", "b.tmpl"]);
  expect(code).toBe(1);
  expect(stdout).toContain("-{{.a}} {{ .b }}\n+{{ .a }} {{ .b }}\n");
});

test("the standard input goes to the standard output", async () => {
  expect((await tocsin(".", ["fmt", "-"], "{{.a}}")).stdout).toBe("{{ .a }}");
});

test("what does not parse is said, and left", async () => {
  const folder = folderOf(files);
  const { code, stderr } = await tocsin(folder, ["fmt", "wrong.tmpl", "b.tmpl"]);
  expect(code).toBe(1);
  expect(stderr).toContain("wrong.tmpl:1:");
  expect(stderr).toContain("missing value for if");
  expect(readFileSync(join(folder, "b.tmpl"), "utf8")).toBe("{{ .a }} {{ .b }}\n");
});
