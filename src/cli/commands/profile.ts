import type { Command } from "commander";
import { escapeControls } from "../../base/escape-controls.ts";
import type { Profile } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { findProfile, type OpenEngine, withEngine } from "../engine.ts";
import { collect, parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** Adds `tocsin profile …`: imports, shows, splits and deletes profiles. */
export function addProfileCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const profile = program
    .command("profile")
    .description("Profiles of people. PROFILE is an id, or an identifier: email=ada@example.com.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addSetupOptions(profile.command(name).description(description)).helpOption("-h, --help", "print this help");
  const json = (name: string, description: string) => command(name, description).option("--json", "print JSON");

  json("import", "Imports profiles, merging each into the existing one. Safe to repeat.")
    .argument("<file>", "NDJSON, the fields of one profile per line; - reads the standard input")
    .option(
      "--id <kind=path>",
      "path of an identifier: email=.contact.mail, or a template; may be repeated (default: the fields named like the kinds)",
      collect,
    )
    .action(async (file: string, flags: Flags & { readonly id?: readonly string[] }) => {
      const { importProfiles } = await import("./profile-import.ts");
      end(await withEngine(flags, io, (opened) => importProfiles(opened, file, flags, io), { create: true }));
    });
  json("list", "Lists profiles, oldest first.")
    .option("--limit <count>", "maximum number of profiles", parseCount, 50)
    .action(async (flags: Flags & { readonly limit: number }) => {
      end(await withEngine(flags, io, ({ store }) => list(store, flags, io)));
    });
  json("show", "Prints a profile: identifiers, audiences, fields, and the triggers that fired for it.")
    .argument("<profile>")
    .action(async (given: string, flags: Flags) => {
      end(await withEngine(flags, io, (opened) => show(opened, given, flags, io)));
    });
  command("download", "Prints the fields of a profile as JSON: a sample for lint, render and send.")
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
    "Undoes a merge of the last 30 days. PROFILE is the id of the profile that was merged away; any other PROFILE undoes its own latest merge. No trigger fires, and later updates do not merge the two again.",
  )
    .argument("<profile>")
    .action(async (given: string, flags: Flags) => {
      end(await withEngine(flags, io, (opened) => split(opened, given, flags, io)));
    });
  json("delete", "Deletes a profile: fields, identifiers, memberships, firings, and the content of its deliveries.")
    .argument("<profile>")
    .option("--yes", "delete; this cannot be undone")
    .action(async (given: string, flags: Flags & { readonly yes?: true }, self: Command) => {
      const code = await withEngine(flags, io, async (opened) => {
        const found = await findProfile(opened, given);
        if (flags.yes) return forget(opened, found, flags, io);
        await write(io.stdout, `${nameOf(found)} and all its data would be deleted\n`);
        return 0;
      });
      if (code === 0 && !flags.yes) self.error("error: this cannot be undone. Run again with --yes to delete.");
      end(code);
    });
}

async function list({ profiles }: OpenEngine["store"], flags: Flags & { limit: number }, io: Io): Promise<void> {
  const { items, next } = await profiles.list({ limit: flags.limit });
  if (flags.json) return write(io.stdout, items.map((one) => `${JSON.stringify(one)}\n`).join(""));
  if (items.length === 0) return write(io.stdout, "No profiles.\n");
  const rows = items.map((one) => [one.id, time(one.createdAt), time(one.updatedAt), identifiersOf(one).join(" ")]);
  await write(io.stdout, table(["profile", "created", "updated", "identifiers"], rows));
  const count = await profiles.count();
  if (next !== undefined)
    await write(io.stderr, `${count.toLocaleString("en")} profiles in all; raise --limit to see more\n`);
}

async function show(opened: OpenEngine, given: string, flags: Flags, io: Io): Promise<void> {
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
        `  ${profile} was merged into it at ${time(at)}; tocsin profile split ${profile} undoes this`,
    ),
    ...memberships!.map(({ audience, since }) => `  in ${audience} since ${time(since)}`),
    ...firings.map(
      ({ at, trigger, state, reason }) =>
        `  ${time(at)} ${trigger}: ${state}${reason === undefined ? "" : `: ${reason}`}`,
    ),
    JSON.stringify(found.fields, null, 2),
  ];
  await write(io.stdout, `${lines.map(escapeControls).join("\n")}\n`);
}

async function split(opened: OpenEngine, given: string, { json }: Flags, io: Io): Promise<void> {
  // The id of a profile that was merged away names the merge to undo: it must not be resolved to the surviving profile.
  const found = await findProfile(opened, given);
  const result = await opened.engine.split(given.includes("=") ? found.id : given);
  if (result === undefined) throw new Error(`profile ${given} does not exist any more`);
  if (json) return write(io.stdout, `${JSON.stringify(result)}\n`);
  const { profile, from, reassigned } = result;
  const lines = [
    `${profile.id} is a separate profile again: ${identifiersOf(profile).join(" ") || "no identifiers"}`,
    `split from ${from.id}: ${identifiersOf(from).join(" ") || "no identifiers"}`,
    ...reassigned.map(({ kind, value }) => `  ${kind}=${value} belongs to another profile by now, and stays there`),
  ];
  await write(io.stdout, `${lines.map(escapeControls).join("\n")}\n`);
}

async function forget({ engine }: OpenEngine, { id }: Profile, { json }: Flags, io: Io): Promise<ExitCode> {
  const { erased = 0, inFlight = [] } = (await engine.forget(id)) ?? {};
  if (json) await write(io.stdout, `${JSON.stringify({ id, erased, inFlight })}\n`);
  else
    await write(
      io.stdout,
      `${id} deleted; the content of ${erased === 1 ? "1 delivery" : `${erased.toLocaleString("en")} deliveries`} erased\n`,
    );
  if (inFlight.length === 0) return 0;
  await write(io.stderr, `in flight, erased when the attempt ends: ${inFlight.join(", ")}\n`);
  return 0;
}

/** Names a profile by its most important identifier, else by its id. */
export const nameOf = (profile: Profile): string => identifiersOf(profile)[0] ?? profile.id;

const identifiersOf = ({ identifiers }: Profile): string[] => identifiers.map(({ kind, value }) => `${kind}=${value}`);

const time = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");
