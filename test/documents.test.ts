/** Runs and type-checks every example in README.md, CONTRIBUTING.md and docs/; the references of functions and rules have tests of their own. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { fake } from "../src/channels/fake.ts";
import { generateSecret, verify } from "../src/channels/webhook.ts";
import { config, desiredStateOf, readConfig } from "../src/config/index.ts";
import { alerting, sprig } from "../src/functions/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createEngine } from "../src/triggers/index.ts";
import { tocsin } from "./cli/harness.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);
const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const generated = ["functions.md", "rules.md"];
const files = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md") && !generated.includes(name))
    .map((name) => `docs/${name}`),
];
const documents = files.map((file) => {
  const text = readFileSync(join(root, file), "utf8");
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
  return { file, text, of: (language: string) => blocks.filter((block) => block.language === language) };
});

const temporary = mkdtempSync(join(tmpdir(), "documents-"));
afterAll(() => rmSync(temporary, { recursive: true }));
const newFolder = (): string => mkdtempSync(join(temporary, "folder-"));

/** The source file of each entry point of the package. */
const entryPoints = Object.entries(packageJson.exports as Record<string, { readonly types: string }>).map(
  ([name, { types }]) =>
    [name.replace(/^\./, "tocsin"), types.replace("./dist/", "").replace(/\.d\.ts$/, ".ts")] as const,
);

/** A document's programs as one, as a reader would go on typing. Lines that end in `// → value` check it. */
function programOf(document: (typeof documents)[number]): string {
  const code = document.of("ts").map((block) => block.code);
  const checked = code.join("\n").replaceAll(/^(.+); \/\/ → (.+)$/gm, (_, expression, value) => {
    return `assert.deepEqual(JSON.parse(JSON.stringify(${expression})), ${value});`;
  });
  return checked.includes("assert.") ? `import assert from "node:assert/strict";\n${checked}` : checked;
}

const programs = documents.filter((document) => document.of("ts").length > 0);

describe("programs", () => {
  const crmKey = generateSecret();
  const received: string[] = [];
  const crm = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    verify(request.headers as Record<string, string>, body, [crmKey]);
    received.push(body.toString());
    response.writeHead(204).end();
  });
  afterAll(() => void crm.close());

  test.each(programs.map((document) => [document.file, document] as const))(
    "of %s run, and print what stands below them",
    async (_, document) => {
      if (!crm.listening) await once(crm.listen(0, "127.0.0.1"), "listening");
      const url = `"http://127.0.0.1:${(crm.address() as AddressInfo).port}/in", guard: { allow: ["127.0.0.1"] }`;
      const folder = newFolder();
      const program = entryPoints.reduce(
        (text, [name, path]) => text.replaceAll(`"${name}"`, JSON.stringify(pathToFileURL(join(root, path)).href)),
        programOf(document).replace('"https://crm.example.com/in"', url),
      );
      writeFileSync(join(folder, "program.ts"), program);
      const env = { ...process.env, CRM_KEY: crmKey };
      const { stdout } = await run(process.execPath, ["program.ts"], { cwd: folder, env });
      expect(stdout).toBe(
        document
          .of("js")
          .map(({ code }) => code)
          .join(""),
      );
    },
    30_000,
  );

  test("the delivery of README.md arrives, signed", () => {
    expect(received).toHaveLength(1);
    expect(received[0]).toContain("Hey, valued customer");
  });

  test("have the types that they need", async () => {
    const folder = newFolder();
    for (const [i, document] of programs.entries()) writeFileSync(join(folder, `program-${i}.ts`), programOf(document));
    const paths = Object.fromEntries(entryPoints.map(([name, path]) => [name, [join(root, path)]]));
    const config = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        paths,
        typeRoots: [join(root, "node_modules/@types")],
        module: "preserve",
        moduleResolution: "bundler",
      },
      include: [],
      files: programs.map((_, i) => `program-${i}.ts`),
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const { stdout } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder]).catch((error) => error);
    expect(stdout).toBe("");
  }, 120_000);
});

describe("commands", () => {
  const shown = documents.flatMap(({ file, of }) =>
    of("console")
      .filter(({ code }) => code.startsWith("$ npx tocsin "))
      .map(({ code }) => [file, code] as const),
  );

  test.each(shown)("of %s print what is shown", async (_, code) => {
    const [command, ...output] = code.split("\n");
    const { code: exitCode, stdout, stderr } = await tocsin(root, command!.replace("$ npx tocsin ", "").split(" "));
    expect([exitCode, stdout + stderr]).toEqual([1, output.join("\n")]);
  });

  const lines = documents.flatMap(({ file, of }) =>
    of("sh").flatMap(({ code }) =>
      code
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => [file, line.replace(/\s+#.*$/, "")] as const),
    ),
  );

  test.each(lines.filter(([, line]) => line.startsWith("npx tocsin ")))("%s: %s", async (_, line) => {
    const words = line.split(/\s+/).slice(2);
    const options = words.filter((word) => word.startsWith("-"));
    const names = words.slice(0, words.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith("-")) >>> 0);
    // A command may be followed by words that are arguments: the longest prefix that has a help of its own is the command.
    for (let length = names.length; length > 0; length--) {
      const { code, stdout } = await tocsin(root, [...names.slice(0, length), "--help"]);
      if (code !== 0 || !stdout.startsWith(`Usage: tocsin ${names.slice(0, length).join(" ")}`)) continue;
      expect(options.filter((option) => !stdout.includes(option))).toEqual([]);
      return;
    }
    throw new Error(`there is no such command: ${line}`);
  });

  test.each(lines.filter(([, line]) => line.startsWith("npm ")))("%s: %s", (_, line) => {
    const scripts = line.split("&&").map((part) => /npm (?:run )?([\w:-]+)/.exec(part)![1]!);
    expect(scripts.filter((name) => name !== "ci" && packageJson.scripts[name] === undefined)).toEqual([]);
  });

  test("are all of a kind that is checked", () => {
    expect(lines.filter(([, line]) => !/^(npx tocsin|npm) /.test(line))).toEqual([]);
  });
});

describe("configuration", () => {
  const key = generateSecret();
  const examples = documents.flatMap(({ file, of }) => of("yaml").map(({ code }) => [file, code] as const));

  function folderWith(code: string, mail: string): string {
    const folder = newFolder();
    mkdirSync(join(folder, "alerts"));
    cpSync(join(root, "examples/alerts/welcome.yaml"), join(folder, "alerts/welcome.yaml"));
    writeFileSync(join(folder, "tocsin.yaml"), `${code}channels: { mail: ${mail} }\n`);
    return folder;
  }
  const email = "{ kind: email, host: localhost, from: a@example.com }";

  test.each(examples)("of %s can be applied", async (_, code) => {
    const planned = await tocsin(folderWith(code, email), ["plan"], "", { env: { SHOP_KEY: key } });
    expect([planned.code, planned.stderr]).toEqual([0, ""]);
    for (const name of ["shop", "regulars", "welcome-back", "silent"]) {
      expect([name, planned.stdout.includes(` ${name}`)]).toEqual([name, code.includes(`  ${name}:`)]);
    }
  });

  /** Collects `orders` orders of one customer, and returns the alerts after the time of `dwell`. */
  async function alertsAfter(code: string, orders: number) {
    let now = Date.UTC(2026, 2, 2, 12);
    const store = memoryStore();
    const engine = createEngine({
      store,
      channels: { mail: fake() },
      templates: { functions: [sprig, alerting] },
      clock: () => now,
    });
    const due = async () => {
      for (let next = await engine.tick(); next !== undefined && next <= now; next = await engine.tick());
    };
    const { value, raw } = readConfig("tocsin.yaml", code, config, { SHOP_KEY: key });
    const desired = await desiredStateOf(value, raw, async () => ({ title: "Welcome back" }));
    await engine.apply({ ...desired, states: { "welcome-back": "active" } });
    await due();
    for (let order = 0; order < orders; order++) {
      await engine.collect("shop", [{ customer: { email: "ada@example.com" }, order }], { signed: true });
    }
    now += 600_000;
    await due();
    const { items } = await store.outbox.list();
    const found = await Promise.all(items.map(({ id }) => store.outbox.find(id)));
    await store.close();
    return found.map((delivery) => [delivery!.to, delivery!.alert]);
  }

  test.each(examples.filter(([, code]) => code.includes("welcome-back")))(
    "of %s alerts a regular, once she is one",
    async (_, code) => {
      expect(await alertsAfter(code, 10)).toEqual([]);
      expect(await alertsAfter(code, 11)).toEqual([["ada@example.com", { title: "Welcome back" }]]);
    },
  );
});

test.each(documents.map(({ file, text }) => [file, text] as const))("links of %s lead somewhere", (file, text) => {
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
  const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(root, dirname(file), link)));
  expect(broken).toEqual([]);
});

test("README.md is short", () => {
  expect(readFileSync(join(root, "README.md"), "utf8").split("\n").length).toBeLessThanOrEqual(150);
});
