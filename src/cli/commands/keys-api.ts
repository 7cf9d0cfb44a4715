import { type Command, InvalidArgumentError, Option } from "commander";
import type { Scope } from "../../store/index.ts";
import type { SqliteStore } from "../../stores/sqlite.ts";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, guarded, openExistingStore, openStore, readSetup, type SetupFlags } from "../setup.ts";
import { table } from "../table.ts";

interface Flags extends SetupFlags {
  readonly json?: true;
}

/** Repeated here, so that only the commands that need the service load it. */
const scopes: readonly Scope[] = ["collect", "read", "write"];

/** Adds `tocsin keys api …`: keys of the HTTP API. */
export function addApiKeyCommands(keys: Command, io: Io, end: (code: ExitCode) => void): void {
  const api = keys
    .command("api")
    .description("Keys of the HTTP API. The store holds only their hashes.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  const command = (name: string, description: string) =>
    addSetupOptions(api.command(name).description(description))
      .option("--json", "print JSON")
      .helpOption("-h, --help", "print this help");
  const run = async (flags: Flags, act: (store: SqliteStore) => Promise<ExitCode>, open = openExistingStore) =>
    end(
      await guarded(io, async () => {
        const store = await open(await readSetup(flags, io), flags, io);
        try {
          return await act(store);
        } finally {
          await store.close();
        }
      }),
    );

  command("create", "Creates a key and prints its secret, which cannot be shown again.")
    .argument("<name>", "name of its owner, for lists and logs")
    .addOption(
      new Option("--scope <scopes>", `permissions, with commas between: ${scopes.join(", ")}`)
        .argParser(parseScopes)
        .makeOptionMandatory(),
    )
    .action(async (name: string, flags: Flags & { readonly scope: readonly Scope[] }) => {
      await run(
        flags,
        async ({ keys }) => {
          const { createKey } = await import("../../service/index.ts");
          const { key, secret } = await createKey(keys, { name, scopes: flags.scope }, Date.now());
          const { hash: _hash, ...shown } = key;
          await write(io.stdout, flags.json ? `${JSON.stringify({ ...shown, secret })}\n` : `${secret}\n`);
          if (!flags.json)
            await write(
              io.stderr,
              `Created ${key.id} with the ${key.scopes.length === 1 ? "scope" : "scopes"} ${key.scopes.join(", ")}. Copy the secret now: it cannot be shown again.\n`,
            );
          return 0;
        },
        openStore,
      );
    });
  command("list", "Lists keys, oldest first.").action(async (flags: Flags) => {
    await run(flags, async ({ keys }) => {
      const { listKeys } = await import("../../service/index.ts");
      const all = await listKeys(keys);
      if (flags.json) await write(io.stdout, all.map((key) => `${JSON.stringify(key)}\n`).join(""));
      else if (all.length === 0) await write(io.stdout, "No API keys.\n");
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
  command("revoke", "Revokes a key.")
    .argument("<id>")
    .action(async (id: string, flags: Flags) => {
      await run(flags, async ({ keys }) => {
        const { revokeKey } = await import("../../service/index.ts");
        if (!(await revokeKey(keys, id, Date.now()))) {
          await write(io.stderr, `no active API key ${id}; see tocsin keys api list\n`);
          return 1;
        }
        await write(io.stdout, flags.json ? `${JSON.stringify({ id, revoked: true })}\n` : `${id} revoked\n`);
        return 0;
      });
    });
}

function parseScopes(text: string): readonly Scope[] {
  const given = text.split(",").map((one) => one.trim());
  if (given.every((one) => (scopes as readonly string[]).includes(one))) return given as Scope[];
  throw new InvalidArgumentError(`Give one or more of ${scopes.join(", ")}, with commas between.`);
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
