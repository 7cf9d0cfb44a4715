import { type Command, InvalidArgumentError, Option } from "commander";
import type { Scope } from "../../store/index.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, guarded, openStore, readSetup, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** Kept here, so that the service is only loaded by who needs it. */
const scopes: readonly Scope[] = ["collect", "read", "write"];

/** `tocsin keys api …`: who may use the service. */
export function addApiKeyCommands(keys: Command, io: Io, end: (code: ExitCode) => void): void {
  const api = keys
    .command("api")
    .description("Keys of those who may use the service. Only their hashes are kept.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addSetupOptions(api.command(name).description(description))
      .option("--json", "print it as JSON")
      .helpOption("-h, --help", "print this help");
  const run = async (flags: Flags, act: (store: Awaited<ReturnType<typeof openStore>>) => Promise<ExitCode>) =>
    end(
      await guarded(io, async () => {
        const store = await openStore(await readSetup(flags, io), flags, io);
        try {
          return await act(store);
        } finally {
          await store.close();
        }
      }),
    );

  command("create", "Makes a key and prints it: it cannot be printed again.")
    .argument("<name>", "whose it is, for lists and logs")
    .addOption(
      new Option("--scope <scopes>", `what it may do, several with commas: ${scopes.join(", ")}`)
        .argParser(parseScopes)
        .makeOptionMandatory(),
    )
    .action(async (name: string, flags: Flags & { readonly scope: readonly Scope[] }) => {
      await run(flags, async ({ keys }) => {
        const { createKey } = await import("../../service/index.ts");
        const { key, secret } = await createKey(keys, { name, scopes: flags.scope }, Date.now());
        const { hash: _hash, ...shown } = key;
        await write(io.stdout, flags.json ? `${JSON.stringify({ ...shown, secret })}\n` : `${secret}\n`);
        if (!flags.json) await write(io.stderr, `${key.id} may ${key.scopes.join(", ")}; it is not shown again\n`);
        return 0;
      });
    });
  command("list", "Lists keys, oldest first.").action(async (flags: Flags) => {
    await run(flags, async ({ keys }) => {
      const { listKeys } = await import("../../service/index.ts");
      const all = await listKeys(keys);
      if (flags.json) await write(io.stdout, all.map((key) => `${JSON.stringify(key)}\n`).join(""));
      else if (all.length === 0) await write(io.stdout, "There are no keys.\n");
      else {
        const rows = all.map(({ id, name, scopes, createdAt, revokedAt }) => [
          id,
          name,
          scopes.join(","),
          day(createdAt),
          revokedAt === undefined ? "" : day(revokedAt),
        ]);
        await write(io.stdout, table(["key", "name", "scopes", "created", "revoked"], rows));
      }
      return 0;
    });
  });
  command("revoke", "Lets a key open nothing any more.")
    .argument("<id>")
    .action(async (id: string, flags: Flags) => {
      await run(flags, async ({ keys }) => {
        const { revokeKey } = await import("../../service/index.ts");
        if (!(await revokeKey(keys, id, Date.now()))) {
          await write(io.stderr, `there is no key ${id} that opens anything; see tocsin keys api list\n`);
          return 1;
        }
        await write(io.stdout, flags.json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} is revoked\n`);
        return 0;
      });
    });
}

function parseScopes(text: string): readonly Scope[] {
  const given = text.split(",").map((one) => one.trim());
  if (given.every((one) => (scopes as readonly string[]).includes(one))) return given as Scope[];
  throw new InvalidArgumentError(`Give some of ${scopes.join(", ")}, with commas between.`);
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
