import type { Command } from "commander";
import { visible } from "../../base/visible.ts";
import type { Profile } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { findProfile, type Opened, withEngine } from "../engine.ts";
import { collect, parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** `tocsin profile …`: what is known of people. */
export function addProfileCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const profile = program
    .command("profile")
    .description("What is known of people. PROFILE is an id, or an identifier: email=ada@example.com.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addSetupOptions(profile.command(name).description(description)).helpOption("-h, --help", "print this help");
  const json = (name: string, description: string) => command(name, description).option("--json", "print it as JSON");

  json("import", "Takes in profiles, merging each into what is known. May be run again: what is known changes nothing.")
    .argument("<file>", "NDJSON: the fields of one profile a line; - reads the standard input")
    .option(
      "--id <kind=path>",
      "where an identifier stands: email=.contact.mail, or a template (default: the fields called as the kinds)",
      collect,
      [],
    )
    .action(async (file: string, flags: Flags & { readonly id: readonly string[] }) => {
      const { importProfiles } = await import("./profile-import.ts");
      end(await withEngine(flags, io, (opened) => importProfiles(opened, file, flags, io)));
    });
  json("list", "Lists profiles, oldest first.")
    .option("--limit <count>", "at most so many", parseCount, 50)
    .action(async (flags: Flags & { readonly limit: number }) => {
      end(await withEngine(flags, io, ({ store }) => list(store, flags, io)));
    });
  json("show", "Prints what is known of a person: identifiers, audiences, fields, and what fired.")
    .argument("<profile>")
    .action(async (given: string, flags: Flags) => {
      end(await withEngine(flags, io, (opened) => show(opened, given, flags, io)));
    });
  command("download", "Prints a person's fields as JSON: a sample for lint, render and send.")
    .argument("<profile>")
    .action(async (given: string, flags: SetupFlags) => {
      end(
        await withEngine(flags, io, async (opened) => {
          const { fields } = await findProfile(opened, given);
          await write(io.stdout, `${JSON.stringify(fields, null, 2)}\n`);
        }),
      );
    });
  json(
    "split",
    "Undoes a merge of the last 30 days. PROFILE is the id of the one that ended, or stands for the one that stayed, whose latest merge is then undone. Nothing fires by it, and nothing that comes in merges the two again.",
  )
    .argument("<profile>")
    .action(async (given: string, flags: Flags) => {
      end(await withEngine(flags, io, (opened) => split(opened, given, flags, io)));
    });
  json("delete", "Forgets a person: fields, identifiers, memberships, what fired, and what deliveries said.")
    .argument("<profile>")
    .option("--yes", "do it; it cannot be undone")
    .action(async (given: string, flags: Flags & { readonly yes?: true }, self: Command) => {
      const code = await withEngine(flags, io, async (opened) => {
        const found = await findProfile(opened, given);
        if (flags.yes) return forget(opened, found, flags, io);
        await write(io.stdout, `${nameOf(found)} and all that is kept of it would be deleted\n`);
        return 0;
      });
      if (code === 0 && !flags.yes) self.error("error: this cannot be undone: say --yes to do it");
      end(code);
    });
}

async function list({ profiles }: Opened["store"], flags: Flags & { limit: number }, io: Io): Promise<void> {
  const { items, next } = await profiles.list({ limit: flags.limit });
  if (flags.json) return write(io.stdout, items.map((one) => `${JSON.stringify(one)}\n`).join(""));
  if (items.length === 0) return write(io.stdout, "There are no profiles.\n");
  const rows = items.map((one) => [one.id, time(one.createdAt), time(one.updatedAt), identifiersOf(one).join(" ")]);
  await write(io.stdout, table(["profile", "created", "updated", "identifiers"], rows));
  const count = await profiles.count();
  if (next !== undefined) await write(io.stderr, `of ${count.toLocaleString("en")}; --limit shows more\n`);
}

async function show(opened: Opened, given: string, flags: Flags, io: Io): Promise<void> {
  const { store } = opened;
  const found = await findProfile(opened, given);
  const [memberships] = await store.memberships.of([found.id]);
  const { items: firings } = await store.firings.list({ profile: found.id, limit: 20 });
  const merges = (await store.profiles.merges(found.id)).map(({ profile, into, at }) => ({
    profile: profile.id,
    into,
    at,
  }));
  if (flags.json) return write(io.stdout, `${JSON.stringify({ ...found, memberships, firings, merges })}\n`);
  const lines = [
    `${found.id}, version ${found.version}, since ${time(found.createdAt)}, changed ${time(found.updatedAt)}`,
    ...identifiersOf(found).map((one) => `  ${one}`),
    ...merges.map(
      ({ profile, at }) =>
        `  ${profile} became part of it at ${time(at)}: "tocsin profile split ${profile}" undoes that`,
    ),
    ...memberships!.map(({ audience, since }) => `  in ${audience} since ${time(since)}`),
    ...firings.map(
      ({ at, trigger, state, reason }) =>
        `  ${time(at)} ${trigger}: ${state}${reason === undefined ? "" : `: ${reason}`}`,
    ),
    JSON.stringify(found.fields, null, 2),
  ];
  await write(io.stdout, `${lines.map(visible).join("\n")}\n`);
}

async function split(opened: Opened, given: string, { json }: Flags, io: Io): Promise<void> {
  // The id of one that ended says which merge: it must not become the id of the one that it is part of now.
  const found = await findProfile(opened, given);
  const result = await opened.engine.split(given.includes("=") ? found.id : given);
  if (result === undefined) throw new Error(`there is no profile ${given} any more`);
  if (json) return write(io.stdout, `${JSON.stringify(result)}\n`);
  const { profile, from, reassigned } = result;
  const lines = [
    `${profile.id} is a profile of its own again: ${identifiersOf(profile).join(" ") || "without an identifier"}`,
    `${from.id} is without it: ${identifiersOf(from).join(" ") || "without an identifier"}`,
    ...reassigned.map(({ kind, value }) => `  ${kind}=${value} is somebody else's by now, and stays there`),
  ];
  await write(io.stdout, `${lines.map(visible).join("\n")}\n`);
}

async function forget({ engine }: Opened, { id }: Profile, { json }: Flags, io: Io): Promise<ExitCode> {
  const forgotten = await engine.forget(id);
  const { erased = 0, inFlight = [] } = forgotten ?? {};
  if (json) await write(io.stdout, `${JSON.stringify({ id, erased, inFlight })}\n`);
  else await write(io.stdout, `${id} is deleted, and what ${erased} of its deliveries said is erased\n`);
  if (inFlight.length === 0) return 0;
  const which = inFlight.join(", ");
  await write(io.stderr, `being sent right now, and erased once that ends: ${which}\n`);
  return 0;
}

/** As a person names it: by the identifier that counts most. */
export const nameOf = (profile: Profile): string => identifiersOf(profile)[0] ?? profile.id;

const identifiersOf = ({ identifiers }: Profile): string[] => identifiers.map(({ kind, value }) => `${kind}=${value}`);

const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");
