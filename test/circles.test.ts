import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const modules = ["grammar", "src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => posix.join(folder, path.replaceAll("\\", "/"))),
);

/** Returns the modules whose values a module imports when it is loaded: neither types nor `import()`. */
function valueImportsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  const statements = text.matchAll(/^(?:import|export) (?!type\b)(?:([^"';]*?) from )?"(\.[^"]+)";/gms);
  return [...statements].flatMap(([, names = "", target = ""]) => {
    const listed = /\{([^}]*)\}/
      .exec(names)?.[1]
      ?.split(",")
      .map((name) => name.trim());
    const hasValue = listed === undefined || listed.some((name) => name !== "" && !name.startsWith("type "));
    return hasValue ? [posix.join(posix.dirname(path), target)] : [];
  });
}

/** Returns groups of modules that import each other's values, by Tarjan's algorithm. */
function circles(): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path)!);
    stack.push(path);
    for (const next of valueImportsOf(path)) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(path, Math.min(low.get(path)!, low.get(next)!));
    }
    if (low.get(path) !== index.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1) found.push(group.sort());
  };
  for (const path of modules) if (!index.has(path)) visit(path);
  return found.sort(([a = ""], [b = ""]) => a.localeCompare(b));
}

test("modules import each other's values only where their subject is recursive", () => {
  expect(circles()).toEqual([
    // An argument may be a whole expression, which may be a call.
    ["src/template/argument.ts", "src/template/call.ts", "src/template/expression.ts"],
    // A range holds statements, and is one.
    ["src/template/range.ts", "src/template/statement.ts"],
  ]);
});
