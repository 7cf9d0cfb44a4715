import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createKey } from "../../src/service/keys.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { folderOf } from "./harness.ts";

const root = join(import.meta.dirname, "../..");
const main = join(root, "src/cli/main.ts");
const config = "channels:\n  out: { kind: log }\nserve: { listen: 0, trustedProxies: [] }\n";

/** Lists the smallest permissions that docs/security.md gives; here the sources replace the build. */
const lists = (folder: string): readonly string[] => [
  "--permission",
  "--allow-addons",
  "--allow-worker",
  ...["src", "grammar", "node_modules", "package.json"].map((path) => `--allow-fs-read=${join(root, path)}`),
  `--allow-fs-read=${folder}`,
  `--allow-fs-write=${folder}`,
];

const execute = (folder: string, nodeArgs: readonly string[], args: readonly string[]) =>
  promisify(execFile)(process.execPath, ["--disable-warning=SecurityWarning", ...nodeArgs, main, ...args], {
    cwd: folder,
  }).catch((error: { stdout: string; stderr: string }) => error);

test("the service runs under --permission with the smallest lists: what it takes is on disk and goes out", async () => {
  const folder = folderOf({ "tocsin.yaml": config });
  const store = sqliteStore(join(folder, "tocsin.db"));
  const { secret } = await createKey(store.keys, { name: "us", scopes: ["write"] }, 0);
  await store.close();
  const child = spawn(process.execPath, [...lists(folder), main, "serve"], { cwd: folder });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const seen: string[] = [];
  try {
    let url: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      seen.push(line);
      if (line.includes('"msg":"serving"')) {
        url = JSON.parse(line).url as string;
        const body = JSON.stringify({ channel: "out", to: "ada", alert: { title: "Hello" } });
        const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
        const answer = await fetch(`${url}/v1/sends`, { method: "POST", headers, body });
        expect(answer.status).toBe(202);
      }
      if (line.includes('"msg":"settled"')) break;
    }
    child.stdout.resume();
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toBe(0);
  expect(seen.filter((line) => line.includes('"level":50'))).toEqual([]);
  expect(seen).toContain("  title: Hello");
});

test("it reads and writes nothing else", async () => {
  const outside = folderOf({ "p.json": '{"a":"Ada"}' });
  const folder = folderOf({ "t.tmpl": "Hey, {{ .a }}!" });
  const [read, written] = await Promise.all([
    execute(folder, lists(folder), ["render", "t.tmpl", "--profile", join(outside, "p.json")]),
    execute(folder, lists(folder), ["outbox", "stats", "--store", join(outside, "s.db")]),
  ]);
  for (const { stdout, stderr } of [read, written])
    expect([stdout, stderr]).toEqual(["", expect.stringMatching(/restricted/)]);
});

test("without code from strings there is no store and so no service, for the driver's and the router's sake; templates need none", async () => {
  const folder = folderOf({ "tocsin.yaml": config, "t.tmpl": "Hey, {{ .a }}!", "p.json": '{"a":"Ada"}' });
  const flag = ["--disallow-code-generation-from-strings"];
  const [rendered, store] = await Promise.all([
    execute(folder, flag, ["render", "t.tmpl", "--profile", "p.json"]),
    execute(folder, flag, ["apply", "--yes"]),
  ]);
  expect(rendered).toMatchObject({ stdout: "Hey, Ada!", stderr: "" });
  expect(store.stderr).toContain("Code generation from strings disallowed");
});
