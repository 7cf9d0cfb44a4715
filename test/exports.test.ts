import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: { readonly [entry: string]: { readonly default: string } };
};
const sources = Object.entries(exports).map(([entry, target]) => {
  return [entry, join(root, target.default.replace("./dist/", "").replace(/\.js$/, ".ts"))] as const;
});

/** Returns the names that a module exports; types have `type ` before them. */
function namesOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const lists = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type = "", list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "")
      .map((name) => type + name.replace(/^(type )?\w+ as /, "$1")),
  );
  const own = [...text.matchAll(/^export (?:async )?(function|const|class|interface|type) (\w+)/gm)];
  return [...lists, ...own.map(([, kind, name]) => (kind === "interface" || kind === "type" ? `type ${name}` : name!))];
}

test("the entry points export these names, and no others", async () => {
  const lists = sources.map(([entry, file]) => {
    const names = namesOf(file).sort();
    return `${entry} (${names.length})\n${names.map((name) => `  ${name}\n`).join("")}`;
  });
  await expect(lists.join("\n")).toMatchFileSnapshot("exports.txt");
});

test("no entry point exports all of another module", () => {
  const all = sources.filter(([, file]) => /^export (type )?\*/m.test(readFileSync(file, "utf8")));
  expect(all.map(([entry]) => entry)).toEqual([]);
  expect(sources.every(([, file]) => dirname(file).startsWith(root))).toBe(true);
});
