import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { createTwoFilesPatch } from "diff";
import { glob } from "tinyglobby";
import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { z } from "zod";
import { readConfig } from "../../config/index.ts";
import {
  alertParts,
  exists,
  InputError,
  problemText,
  type Rendered,
  readSource,
  readText,
  toProblem,
  writeText,
} from "../../files/index.ts";
import type { TemplateOptions } from "../../index.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";

const parts = ["text", ...alertParts, "aborted", "error"] as const;

/** The texts that a test expects, byte for byte. `error` is the message. */
export type Expected = { readonly [part in (typeof parts)[number]]?: string | undefined };

const expected = z.strictObject(
  Object.fromEntries(parts.map((part) => [part, z.string().optional()])) as Record<
    (typeof parts)[number],
    z.ZodOptional<z.ZodString>
  >,
);

const fixtures = z.strictObject({
  /** The time that `now` returns in these tests. */
  clock: z.iso.datetime({ offset: true }).optional(),
  timeZone: z.string().optional(),
  locale: z.string().optional(),
  tests: z.array(
    z.strictObject({
      name: z.string(),
      profile: z.record(z.string(), z.unknown()).default({}),
      expect: expected.optional(),
    }),
  ),
});

export function addTestCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  program
    .command("test")
    .description(
      "Renders templates for the profiles in their test files, and compares the results with the expected ones.",
    )
    .argument("[path...]", "test files (NAME.test.yaml beside NAME.yaml or NAME.tmpl), folders or patterns", ["."])
    .option("-u, --update", "write the current results into the test files as the expected ones")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", help)
    .action(async (paths: string[], { update }: { readonly update?: true }) =>
      end(await test(paths, update ?? false, io)),
    );
}

const help = `
A test file, welcome.test.yaml, for the alert in welcome.yaml:

  clock: 2026-05-06T09:00:00Z      (optional, as are timeZone and locale)
  tests:
    - name: a customer we know
      profile: { first_name: Ada }
      expect: { title: "Hey, Ada" }
    - name: nothing to say
      profile: { unsubscribed: true }
      expect: { aborted: unsubscribed }`;

async function test(paths: readonly string[], update: boolean, io: Io): Promise<ExitCode> {
  const files = await testFiles(paths, io);
  if (files.length === 0) {
    await write(io.stderr, `${paths.join(", ")}: no test files (*.test.yaml)\n`);
    return 1;
  }
  const count = { passed: 0, failed: 0, updated: 0 };
  for (const file of files) {
    try {
      await testFile(file, update, io, count);
    } catch (error) {
      count.failed++;
      await write(io.stdout, problemText(toProblem(error as Error, undefined)));
    }
  }
  const updated = update ? `, ${count.updated} updated` : "";
  await write(io.stdout, `${count.passed} passed, ${count.failed} failed${updated}\n`);
  return count.failed > 0 ? 1 : 0;
}

async function testFiles(paths: readonly string[], io: Io): Promise<string[]> {
  const cwd = resolve(io.cwd?.() ?? "");
  const found = await Promise.all(
    paths.map((path) =>
      /\.test\.ya?ml$/.test(path) && exists(path, io)
        ? [path]
        : glob(exists(path, io) ? `${path}/**/*.test.{yaml,yml}` : path, { cwd, ignore: "**/node_modules/**" }),
    ),
  );
  return [...new Set(found.flat())].sort();
}

async function testFile(
  file: string,
  update: boolean,
  io: Io,
  count: { passed: number; failed: number; updated: number },
): Promise<void> {
  const text = await readText(file, io);
  const { tests, clock, timeZone, locale } = readConfig(file, text, fixtures).value;
  const source = await readSource(templateOf(file, io), io);
  const [engine, { alerting, sprig }] = await Promise.all([
    import("../../index.ts"),
    import("../../functions/index.ts"),
  ]);
  const options: TemplateOptions = {
    functions: [sprig, alerting],
    ...(clock !== undefined && { clock: () => new Date(clock) }),
    ...(timeZone !== undefined && { timeZone }),
    ...(locale !== undefined && { locale }),
  };
  const render = (profile: unknown): Rendered | { readonly error: string } => {
    try {
      return source.compile(engine, options)(profile);
    } catch (error) {
      if (error instanceof engine.TemplateError) return { error: error.message };
      throw error;
    }
  };
  const document = update ? parseDocument(text) : undefined;
  let changed = false;
  for (const [i, { name, profile, expect }] of tests.entries()) {
    const got: Expected = render(profile);
    const wanted = Object.keys(expect ?? {}) as (typeof parts)[number][];
    const differing = (expect === undefined ? Object.keys(got) : [...new Set([...wanted, ...unexpected(got)])]).filter(
      (part) => got[part as "title"] !== expect?.[part as "title"],
    );
    if (differing.length === 0) count.passed++;
    else if (document) {
      replaceExpected(document, i, got);
      changed = true;
      count.updated++;
    } else {
      count.failed++;
      await write(io.stdout, `${file}: ${name}\n${differences(differing, expect, got)}`);
    }
  }
  if (document && changed) await writeText(file, document.toString({ lineWidth: 0 }), io);
}

/** Names errors and aborts: they fail a test that does not expect them. */
const unexpected = (got: Expected): readonly string[] =>
  ["error", "aborted"].filter((part) => got[part as "error"] !== undefined);

/** Finds the template that a test file is for. @throws InputError */
function templateOf(file: string, io: Io): string {
  const stem = join(dirname(file), basename(file).replace(/\.test\.ya?ml$/, ""));
  const found = [`${stem}.yaml`, `${stem}.yml`, `${stem}.tmpl`].find((path) => exists(path, io));
  if (found === undefined) throw new InputError(`no ${basename(stem)}.yaml, .yml or .tmpl beside it`, { file });
  return found;
}

/** Describes what differs; where rendering failed unexpectedly, that alone: all parts are missing because of it. */
function differences(parts: readonly string[], expect: Expected | undefined, got: Expected): string {
  if (got.error !== undefined && expect?.error === undefined) return `  rendering failed: ${got.error}\n`;
  return parts.map((part) => difference(part, expect?.[part as "title"], got[part as "title"])).join("");
}

function difference(part: string, wanted: string | undefined, got: string | undefined): string {
  if (wanted === undefined) return `  ${part}: unexpected ${JSON.stringify(got)}\n`;
  if (got === undefined) return `  ${part}: missing, expected ${JSON.stringify(wanted)}\n`;
  if (!wanted.includes("\n") && !got.includes("\n")) {
    return `  ${part}:\n    expected ${JSON.stringify(wanted)}\n    rendered ${JSON.stringify(got)}\n`;
  }
  const patch = createTwoFilesPatch("expected", "rendered", wanted, got, undefined, undefined, { context: 2 });
  return `  ${part}:\n${patch
    .split("\n")
    .slice(1, -1)
    .map((line) => `    ${line}\n`)
    .join("")}`;
}

function replaceExpected(document: Document, index: number, got: Expected): void {
  const tests = document.get("tests");
  const one = isSeq(tests) ? tests.items[index] : undefined;
  if (isMap(one)) one.set("expect", document.createNode(got));
}
