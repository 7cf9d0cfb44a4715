import type { Command } from "commander";
import type { Json } from "../../base/json.ts";
import type { Definition } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { definitionOf, type OpenEngine, warnOfBroken, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
  readonly count: number;
}

/** Adds `tocsin audience …`: audiences and their members. */
export function addAudienceCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const audience = program
    .command("audience")
    .description("Audiences in force. They are declared in the configuration: see tocsin plan and apply.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(audience.command(name).description(summary))
      .option("--json", "print JSON, one line per item")
      .helpOption("-h, --help", "print this help");
  command("list", "Lists audiences and their sizes.").action(async (flags: Flags) => {
    end(
      await withEngine(flags, io, async (opened) => {
        const all = await audiencesOf(opened);
        const sizes = await opened.store.memberships.sizes();
        const size = (name: string): number => sizes.get(name) ?? 0;
        if (flags.json) {
          const lines = all.map(({ name, body, status }) =>
            JSON.stringify({ name, size: size(name), ...(body as object), status }),
          );
          return write(io.stdout, lines.map((line) => `${line}\n`).join(""));
        }
        const rows = all.map(({ name, body, status }) => {
          const evaluating = (status as { reevaluation?: Json }).reevaluation === undefined ? "" : "being evaluated";
          return [name, size(name).toLocaleString("en"), evaluating, (body as { where: string }).where];
        });
        await warnOfBroken(opened.engine, io);
        await write(
          io.stdout,
          rows.length === 0 ? "No audiences.\n" : table(["audience", "members", "", "where"], rows),
        );
      }),
    );
  });
  command("show", "Prints the definition of an audience, and its size, as JSON.")
    .argument("<audience>")
    .action(async (name: string, flags: Flags) => {
      end(
        await withEngine(flags, io, async ({ store }) => {
          const { body, status, origin } = await definitionOf(store, "audience", name);
          const size = (await store.memberships.sizes()).get(name) ?? 0;
          const shown = { name, origin, size, ...(body as object), status };
          await write(io.stdout, `${JSON.stringify(shown, null, flags.json ? 0 : 2)}\n`);
        }),
      );
    });
  command("sample", "Prints members with their fields.")
    .argument("<audience>")
    .option("--count <count>", "number of members", parseCount, 10)
    .option("--fields", "print only the fields, as samples for lint, render and send")
    .action(async (name: string, flags: Flags & { readonly fields?: true }) => {
      end(
        await withEngine(flags, io, async (opened) => {
          const { store } = opened;
          await definitionOf(store, "audience", name);
          const { items } = await store.memberships.members({ audience: name, limit: flags.count });
          const profiles = await store.profiles.get(items.map(({ profile }) => profile));
          for (const [i, profile] of profiles.entries()) {
            const { since } = items[i]!;
            const member = { id: profile!.id, since: new Date(since).toISOString(), fields: profile!.fields };
            await write(io.stdout, `${JSON.stringify(flags.fields ? member.fields : member)}\n`);
          }
        }),
      );
    });
}

async function audiencesOf({ store }: OpenEngine): Promise<readonly Definition[]> {
  return (await store.definitions.all()).filter(({ kind }) => kind === "audience");
}
