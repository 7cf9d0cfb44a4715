import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { enginePackages } from "../scripts/core.ts";

/**
 * Who may import whom: a folder or file, what of ours, which packages. Each module belongs to the most specific row, and
 * within a row modules may import each other. What runs in a browser imports nothing of Node.
 */
const layers: readonly (readonly [layer: string, ours: readonly string[], packages: readonly string[]])[] = [
  ["grammar", [], ["chevrotain"]],
  ["src/base", [], []],
  ["src/base/lines.ts", ["src/base"], ["node:buffer"]],
  ["src/base/issue-message.ts", ["src/base"], ["zod"]],
  ["src/base/units.ts", ["src/base"], ["zod"]],
  ["src/template", ["grammar"], []],
  ["src/functions", ["src/base", "grammar", "src/template"], ["@noble/hashes/*", "re2js"]],
  ["src/escape", ["grammar", "src/template"], []],
  ["src/compile.ts", ["src/template", "src/escape"], []],
  ["src/alert.ts", ["grammar", "src/template", "src/functions", "src/compile.ts"], []],
  [
    "src/lint",
    ["src/base", "grammar", "src/template", "src/functions", "src/escape", "src/compile.ts", "src/alert.ts"],
    [],
  ],
  ["src/language", ["grammar", "src/lint"], []],
  ["src/index.ts", ["grammar", "src/template", "src/functions", "src/compile.ts", "src/alert.ts", "src/lint"], []],
  ["src/store", ["src/base"], []],
  ["src/dispatch", ["src/base", "src/store"], ["p-queue", "node:*"]],
  ["src/bodies", ["src/base"], ["node:*"]],
  ["src/profiles", ["src/base", "grammar", "src/template", "src/functions", "src/compile.ts", "src/store"], ["zod"]],
  [
    "src/audiences",
    ["src/base", "grammar", "src/template", "src/functions", "src/compile.ts", "src/lint", "src/store", "src/profiles"],
    ["zod"],
  ],
  [
    "src/triggers",
    [
      "src/base",
      "grammar",
      "src/template",
      "src/functions",
      "src/compile.ts",
      "src/alert.ts",
      "src/lint",
      "src/store",
      "src/dispatch",
      "src/profiles",
      "src/audiences",
    ],
    ["croner", "zod", "node:*"],
  ],
  [
    "src/stores",
    ["src/base", "src/store", "src/dispatch", "src/profiles", "src/audiences", "src/triggers"],
    ["better-sqlite3", "node:*"],
  ],
  ["src/guard", [], ["ipaddr.js", "node:*"]],
  ["src/channels", ["src/base", "src/store", "src/dispatch", "src/guard"], ["undici", "web-push", "zod", "node:*"]],
  ["src/channels/email.ts", ["src/base", "src/store", "src/channels", "src/dispatch", "src/guard"], ["node:*"]],
  [
    "src/channels/email",
    ["src/base", "src/store", "src/channels", "src/dispatch", "src/guard"],
    ["nodemailer", "openpgp", "p-queue", "zod", "node:*"],
  ],
  [
    "src/observe",
    ["src/base", "src/store", "src/dispatch", "src/triggers"],
    ["@opentelemetry/api", "@prometheus-io/client", "pino", "node:*"],
  ],
  ["src/files", ["src/base", "src/index.ts", "src/lint"], ["tinyglobby", "yaml", "node:*"]],
  [
    "src/config",
    [
      "src/base",
      "src/index.ts",
      "src/functions",
      "src/lint",
      "src/store",
      "src/dispatch",
      "src/profiles",
      "src/audiences",
      "src/triggers",
      "src/channels",
      "src/files",
    ],
    ["yaml", "zod", "node:*"],
  ],
  // What is hostile there is done here: of the service no more than its readers.
  [
    "src/workers",
    ["src/base", "grammar", "src/template", "src/functions", "src/index.ts", "src/lint", "src/store", "src/triggers"],
    ["node:*"],
  ],
  [
    "src/workers/tasks",
    [
      "src/base",
      "src/workers/messages.ts",
      "src/bodies",
      "src/workers/portable-options.ts",
      "src/functions",
      "src/index.ts",
      "src/lint",
      "src/store",
      "src/audiences",
      "src/triggers",
    ],
    ["node:*"],
  ],
  [
    "src/service",
    [
      "src/base",
      "src/index.ts",
      "src/lint",
      "src/bodies",
      "src/store",
      "src/dispatch",
      "src/channels/webhook.ts",
      "src/observe",
      "src/profiles",
      "src/audiences",
      "src/triggers",
      "src/workers",
    ],
    [
      "@fastify/rate-limit",
      "@fastify/swagger",
      "@fastify/swagger-ui",
      "fastify",
      "fastify-plugin",
      "fastify-type-provider-zod",
      "p-queue",
      "ipaddr.js",
      "zod",
      "node:*",
    ],
  ],
  [
    "src/lsp",
    ["src/index.ts", "src/lint", "src/language", "src/files"],
    ["vscode-languageserver/node", "vscode-languageserver-textdocument", "node:*"],
  ],
  [
    "src/cli",
    [
      "src/base",
      "src/index.ts",
      "src/functions",
      "src/store",
      "src/stores",
      "src/channels",
      "src/dispatch",
      "src/triggers",
      "src/observe",
      "src/files",
      "src/config",
    ],
    ["commander", "diff", "node:*"],
  ],
  [
    "src/cli/commands",
    [
      "src/base",
      "src/index.ts",
      "src/lint",
      "src/functions",
      "src/store",
      "src/stores",
      "src/channels",
      "src/dispatch",
      "src/profiles",
      "src/triggers",
      "src/observe",
      "src/files",
      "src/config",
      "src/service",
      "src/lsp",
      "src/cli",
    ],
    ["commander", "diff", "tinyglobby", "vscode-languageserver/node", "yaml", "zod", "node:*"],
  ],
];

const root = join(import.meta.dirname, "..");
const source = (path: string): string => readFileSync(join(root, path), "utf8");
const modules = ["grammar", "src"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => posix.join(folder, path.replaceAll("\\", "/"))),
);

const isIn = (path: string, layer: string): boolean => path === layer || path.startsWith(`${layer}/`);

const layerOf = (path: string) =>
  layers.filter(([layer]) => isIn(path, layer)).sort(([a], [b]) => b.length - a.length)[0];

/** What a module imports, of types too. What is imported under a name worked out at run time is its source text. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^\s*(?:import|export)\b(?:[^;"'`]*\bfrom)?\s*["']([^"']+)["']/gm);
  const calls = text.matchAll(/\b(?:import|require)\s*\(\s*(?:["']([^"']+)["']|([^)]*))/g);
  return [...statements, ...calls].map(([, literal, other]) => literal ?? `(${other})`);
}

/** Why a module may not import this, or nothing. */
function objection(path: string, imported: string): string | undefined {
  const [layer, ours, packages] = layerOf(path) ?? ["", [], []];
  if (!imported.startsWith(".")) {
    const allowed = packages.some((name) =>
      name.endsWith("*") ? imported.startsWith(name.slice(0, -1)) : imported === name,
    );
    return allowed ? undefined : `${path} imports ${imported}`;
  }
  const target = posix.join(posix.dirname(path), imported);
  if (!modules.includes(target)) return `${path} imports ${target}, which is not there`;
  return [layer, ...ours].some((one) => isIn(target, one)) ? undefined : `${path} imports ${target}`;
}

const objections = (path: string, text: string): string[] =>
  importsOf(text).flatMap((imported) => objection(path, imported) ?? []);

test("every module is in a layer", () => {
  expect(modules.filter((path) => layerOf(path) === undefined)).toEqual([]);
});

test.each(layers)("%s imports only what it may", (layer) => {
  const own = modules.filter((path) => layerOf(path)?.[0] === layer);
  expect(own).not.toEqual([]);
  expect(own.flatMap((path) => objections(path, source(path)))).toEqual([]);
});

/** A module of a package, such as `x/node`, is of the package `x`. */
const packageOf = (name: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0];

const packagesOf = (rows: typeof layers): string[] =>
  [...new Set(rows.flatMap(([, , names]) => names).filter((name) => !name.startsWith("node:")))].map(packageOf).sort();

/** Rendering and linting, as tocsin-core has them; `src/base` has files for others, too. */
const engine = layers
  .slice(0, layers.findIndex(([layer]) => layer === "src/index.ts") + 1)
  .filter(([layer]) => !isIn(layer, "src/base"));

test("tocsin-core has the packages that the engine imports", () => {
  expect(packagesOf(engine)).toEqual(enginePackages);
});

test("every package that a layer imports is a dependency, and every dependency is imported", () => {
  const { dependencies, devDependencies } = JSON.parse(source("package.json"));
  const packages = [...new Set(packagesOf(layers))];
  const undeclared = packages.filter((name) => !Object.hasOwn(dependencies, name));
  // The command line alone imports these, and has them in its bundle.
  expect(undeclared).toEqual(["commander", "diff", "tinyglobby", "yaml"]);
  expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(undeclared));
  expect(Object.keys(dependencies).filter((name) => !packages.includes(name))).toEqual([]);
});

/** Not `.eval(`, which is how an expression of a template gives its value. */
const makesCode =
  /(?<!\.)\beval\s*\(|\b(?:globalThis|window|self)\.eval\b|,\s*eval\b|\bFunction\s*\(|\.constructor\s*\(/;

test("no text becomes code", () => {
  expect(modules.filter((path) => makesCode.test(source(path)))).toEqual([]);
  const code = ["eval(text)", "return eval (text)", "(0, eval)(text)", "new Function(text)", "f.constructor(text)"];
  expect(code.filter((text) => !makesCode.test(text))).toEqual([]);
});

describe("what would be objected to", () => {
  test.each([
    [
      "grammar/parser.ts",
      'import { x } from "../src/template/run.ts";',
      "grammar/parser.ts imports src/template/run.ts",
    ],
    ["grammar/parser.ts", 'import type {\n  x,\n} from "../src/index.ts";', "grammar/parser.ts imports src/index.ts"],
    ["grammar/parser.ts", 'export * from "commander";', "grammar/parser.ts imports commander"],
    ["grammar/parser.ts", 'import "chevrotain/x";', "grammar/parser.ts imports chevrotain/x"],
    ["src/template/run.ts", 'import { createToken } from "chevrotain";', "src/template/run.ts imports chevrotain"],
    ["src/template/run.ts", 'import "node:fs";', "src/template/run.ts imports node:fs"],
    ["src/template/run.ts", 'const fs = await import("node:fs");', "src/template/run.ts imports node:fs"],
    ["src/template/run.ts", 'type A = import("../index.ts").A;', "src/template/run.ts imports src/index.ts"],
    ["src/template/run.ts", "await import(name);", "src/template/run.ts imports (name)"],
    [
      "src/functions/sprig/index.ts",
      'import "../../cli/main.ts";',
      "src/functions/sprig/index.ts imports src/cli/main.ts",
    ],
    ["src/alert.ts", 'import "./index.ts";', "src/alert.ts imports src/index.ts"],
    ["src/index.ts", 'import "./cli/main.ts";', "src/index.ts imports src/cli/main.ts"],
    ["src/index.ts", 'import "./nowhere.ts";', "src/index.ts imports src/nowhere.ts, which is not there"],
  ])("%s: %s", (path, text, complaint) => {
    expect(objections(path, text)).toEqual([complaint]);
  });
});
