import { expect, test } from "vitest";
import type { Command, Node, Tree } from "../../grammar/index.ts";
import { compile, type Pass } from "../../src/template/index.ts";
import { errorOf } from "../thrown.ts";

/** Appends `shout` to every printing action. */
const shouting: Pass = {
  rewrite: (trees) =>
    new Map(
      [...trees].map(([name, tree]) => [name, { ...tree, root: { ...tree.root, nodes: tree.root.nodes.map(shout) } }]),
    ),
  functions: {
    shout: { params: ["any"], variadic: false, apply: (_, [text]) => `${String(text).toUpperCase()}!` },
  },
};

function shout(node: Node): Node {
  if (node.kind !== "action" || node.pipe.decl.length > 0) return node;
  const { start, end, pos } = node;
  const command: Command = {
    kind: "command",
    args: [{ kind: "identifier", name: "shout", start, end, pos }],
    start,
    end,
    pos,
  };
  return { ...node, pipe: { ...node.pipe, commands: [...node.pipe.commands, command] } };
}

test("a pass rewrites what was parsed", () => {
  const template = compile('{{ .name }}{{ template "b" . }}', { templates: { b: " {{ .name }}" } }, shouting);
  expect(template.render({ name: "Ann" })).toBe("ANN! ANN!");
  expect(template.render({ name: "Ann" }, { entry: "b" })).toBe(" ANN!");
});

test("texts cannot name what a pass inserts, and what it inserts goes before functions of that name", () => {
  expect(errorOf(() => compile("{{ shout 1 }}", {}, shouting)).message).toBe(
    'template: template:1: function "shout" not defined',
  );
  const functions = [{ shout: () => "quiet" }];
  expect(compile("{{ .a }}", { functions }, shouting).render({ a: "x" })).toBe("X!");
});

test("each entry is rewritten once, when it is first needed", () => {
  const asked: string[] = [];
  const pass: Pass = {
    rewrite: (trees, entry) => {
      asked.push(entry);
      return new Map([[entry, trees.get(entry) as Tree]]);
    },
    functions: {},
  };
  const template = compile("a", { templates: { b: "b" } }, pass);
  for (const entry of [undefined, "b", "b"]) template.render({}, { entry });
  expect(asked).toEqual(["template", "b"]);
});
