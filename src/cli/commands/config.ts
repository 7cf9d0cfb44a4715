import type { Command } from "commander";
import { z } from "zod";
import { config as schema } from "../../config/index.ts";
import type { ExitCode } from "../command.ts";
import { declared, desiredStateOf, openEngine } from "../engine.ts";
import { type Io, write } from "../io.ts";
import { plural } from "../plural.ts";
import { addSetupOptions, guarded, readSetup, type SetupFlags, setupChannels } from "../setup.ts";

/** Adds `tocsin config …`: validates the configuration, and prints its schema. */
export function addConfigCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const config = program
    .command("config")
    .description("The configuration, tocsin.yaml.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  addSetupOptions(config.command("check"))
    .description(
      "Validates the configuration: creates its channels and compiles its templates and conditions, without connecting to anything.",
    )
    .helpOption("-h, --help", "print this help")
    .action(async (flags: SetupFlags) => {
      end(
        await guarded(io, async () => {
          const setup = await readSetup(flags, io);
          const channels = await setupChannels(setup);
          const { memoryStore } = await import("../../stores/memory.ts");
          const engine = await openEngine(setup, { store: memoryStore(), channels }, io);
          await declared(setup, async () => engine.plan(await desiredStateOf(setup, io)));
          const names = Object.entries(channels).map(([name, { kind }]) => `${name} (${kind})`);
          const list = names.length === 0 ? "no channels" : `${plural(names.length, "channel")}: ${names.join(", ")}`;
          await write(io.stdout, `${setup.file} is valid; ${list}\n`);
          for (const channel of Object.values(channels)) await channel.close?.();
          return 0;
        }),
      );
    });
  config
    .command("schema")
    .description("Prints the JSON Schema of tocsin.yaml, for editors.")
    .helpOption("-h, --help", "print this help")
    .action(async () => {
      await write(io.stdout, `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`);
      end(0);
    });
}
