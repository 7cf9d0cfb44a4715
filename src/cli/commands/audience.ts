import type { Command } from "commander";
import type { Json } from "../../base/json.ts";
import type { Definition } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { definitionOf, type Opened, warnOfBroken, withEngine } from "../engine.ts";
import { parseCount } from "../flags.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
  readonly count: number;
}

/** `tocsin audience …`: who belongs where. */
export function addAudienceCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const audience = program
    .command("audience")
    .description("Audiences that are in force. They are declared in the configuration: see plan and apply.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, summary: string) =>
    addSetupOptions(audience.command(name).description(summary))
      .option("--json", "print it as JSON, one line for each")
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
          const activity = (status as { reevaluation?: Json }).reevaluation === undefined ? "" : "being evaluated";
          return [name, size(name).toLocaleString("en"), activity, (body as { where: string }).where];
        });
        await warnOfBroken(opened.engine, io);
        await write(
          io.stdout,
          rows.length === 0 ? "There are no audiences.\n" : table(["audience", "members", "", "where"], rows),
        );
      }),
    );
  });
  command("show", "Prints what is declared of an audience, and its size, as JSON.")
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
  command("sample", "Prints members, each with its fields.")
    .argument("<audience>")
    .option("--count <count>", "how many", parseCount, 10)
    .option("--fields", "only the fields: samples for lint, render and send")
    .action(async (name: string, flags: Flags & { readonly fields?: true }) => {
      end(
        await withEngine(flags, io, async (opened) => {
          const { store } = opened;
          await definitionOf(store, "audience", name);
          const { items } = await store.memberships.members({ audience: name, limit: flags.count });
          const profiles = await store.profiles.get(items.map(({ profile }) => profile));
          for (const [i, profile] of profiles.entries()) {
            const { since } = items[i]!;
            const one = { id: profile!.id, since: new Date(since).toISOString(), fields: profile!.fields };
            await write(io.stdout, `${JSON.stringify(flags.fields ? one.fields : one)}\n`);
          }
        }),
      );
    });
}

async function audiencesOf({ store }: Opened): Promise<readonly Definition[]> {
  return (await store.definitions.all()).filter(({ kind }) => kind === "audience");
}
