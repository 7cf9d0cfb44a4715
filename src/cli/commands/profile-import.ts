import { type Line, readLines } from "../../base/lines.ts";
import { InputError, isBlank, openFile, parseProfile, problemJson, problemText, toProblem } from "../../files/index.ts";
import {
  compileStream,
  type Mapped,
  type ProfilesDefinition,
  resolveProfiles,
  type Update,
} from "../../profiles/index.ts";
import type { ExitCode } from "../command.ts";
import { checkInForce, type OpenEngine } from "../engine.ts";
import { type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { createProgress } from "../progress.ts";

/** Profiles in one transaction: enough that syncing the disk is a small part of the work. */
const batchSize = 500;
/** At most this many problems are printed; all are counted. */
const maxReported = 20;

interface Flags {
  readonly id?: readonly string[];
  readonly json?: true;
}

/** Imports line by line, so that a file of any size takes the same memory. */
export async function importProfiles(opened: OpenEngine, file: string, flags: Flags, io: Io): Promise<ExitCode> {
  const { engine } = opened;
  await checkInForce(engine);
  const identify = await identifier(opened, flags.id);
  const input = await openFile(file, io);
  const progress = createProgress(io, input.size, { always: true });
  const count = { read: 0, created: 0, changed: 0, unchanged: 0, failed: 0, refused: 0 };

  async function reportProblem(error: Error, line: number, what: "failed" | "refused"): Promise<void> {
    count[what]++;
    if (count[what] > maxReported && !flags.json) return;
    progress.erase();
    const problem = toProblem(error, undefined, { file: input.file, line });
    await write(io.stderr, flags.json ? problemJson(problem) : problemText(problem));
  }

  async function importBatch(updates: readonly Update[], lines: readonly number[]): Promise<void> {
    const results = await engine.update(updates);
    for (const [i, result] of results.entries()) {
      const place = { file: input.file, line: lines[i]! };
      if ("problem" in result) {
        await reportProblem(new InputError(result.problem, place), place.line, "failed");
        continue;
      }
      for (const { identifier, reason } of result.refused) {
        const message = `identifier ${identifier.kind} rejected: ${reason}`;
        await reportProblem(new InputError(message, place), place.line, "refused");
      }
      if (result.changed.size === 0) count.unchanged++;
      else count[result.after.version === 1 ? "created" : "changed"]++;
    }
  }

  async function readBatch(batch: readonly Line[]): Promise<void> {
    const updates: Update[] = [];
    const lines: number[] = [];
    for (const { number, bytes } of batch) {
      if (isBlank(bytes)) continue;
      count.read++;
      try {
        updates.push(identify(withoutBigInts(parseProfile(bytes, { file: input.file, line: number }, "int"))));
        lines.push(number);
      } catch (error) {
        await reportProblem(error as Error, number, "failed");
      }
      if (updates.length === batchSize) await importBatch(updates.splice(0), lines.splice(0));
    }
    if (updates.length > 0) await importBatch(updates, lines);
  }

  for await (const batch of readLines(input.stream)) {
    await readBatch(batch);
    progress.show(count.read, batch.at(-1)?.end ?? 0);
  }
  progress.erase();
  await write(io.stdout, flags.json ? `${JSON.stringify(count)}\n` : summary(count));
  return count.failed > 0 ? 1 : 0;
}

function summary(count: Readonly<Record<"read" | "created" | "changed" | "unchanged" | "failed" | "refused", number>>) {
  const labels = { created: "new", changed: "changed", unchanged: "unchanged", failed: "rejected" } as const;
  const parts = (Object.keys(labels) as (keyof typeof labels)[])
    .filter((key) => count[key] > 0)
    .map((key) => `${count[key].toLocaleString("en")} ${labels[key]}`);
  const refused = count.refused > 0 ? `; ${plural(count.refused, "identifier")} rejected` : "";
  return `${plural(count.read, "profile")} read${parts.length > 0 ? `: ${parts.join(", ")}` : ""}${refused}\n`;
}

/** Returns the function that finds the identifiers of a profile in its fields. @throws InputError */
async function identifier(opened: OpenEngine, given: readonly string[] = []): Promise<(fields: unknown) => Update> {
  const { store, setup } = opened;
  const identifiers: Record<string, Mapped> = {};
  for (const text of given) {
    const [, kind, where] = /^([a-z][a-z0-9_-]*)=(.+)$/s.exec(text) ?? [];
    const isPath = where?.startsWith(".");
    if (kind === undefined || !(isPath || where!.includes("{{"))) {
      throw new InputError(`--id: ${JSON.stringify(text)} is not KIND=.PATH or KIND={{ TEMPLATE }}`, {
        file: setup.file,
      });
    }
    identifiers[kind] = isPath ? { path: where!.slice(1) } : where!;
  }
  if (given.length === 0) {
    const declared = (await store.definitions.all()).find(({ kind }) => kind === "profiles");
    const { kinds } = resolveProfiles(declared?.body as ProfilesDefinition | undefined);
    for (const kind of kinds.keys()) identifiers[kind] = { path: kind };
  }
  const stream = compileStream("--id", { identifiers }, setup.templates);
  return (fields) => {
    const { update, problem } = stream.map(fields as never);
    if (problem !== undefined) throw new Error(problem);
    return { identifiers: update?.identifiers ?? {}, fields: fields as Update["fields"] };
  };
}

/** Turns whole numbers beyond 2^53 into text, because as numbers they would lose digits. */
function withoutBigInts(profile: unknown): unknown {
  if (!hasBigInt(profile)) return profile;
  return JSON.parse(JSON.stringify(profile, (_key, value) => (typeof value === "bigint" ? String(value) : value)));
}

function hasBigInt(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  return value !== null && typeof value === "object" && Object.values(value).some(hasBigInt);
}
