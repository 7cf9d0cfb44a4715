import type { Command } from "commander";
import { visible } from "../../base/visible.ts";
import type { ExitCode } from "../command.ts";
import { findProfile, withEngine } from "../engine.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";

export function addExplainCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("explain"))
    .description(
      "Says why a trigger alerted a person or did not: membership, conditions, caps, quiet hours, rendering, attempts.",
    )
    .argument("<profile>", "its id, or an identifier: email=ada@example.com")
    .argument("<trigger>")
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (given: string, trigger: string, flags: SetupFlags & { readonly json?: true }) => {
      end(
        await withEngine(flags, io, async (opened) => {
          const { id } = await findProfile(opened, given);
          const found = await opened.engine.explain(id, trigger);
          if (flags.json) return write(io.stdout, `${JSON.stringify(found)}\n`);
          const marks = new Map<boolean | undefined, string>([
            [true, "yes"],
            [false, "no "],
            [undefined, "…  "],
          ]);
          const widest = Math.max(...found.steps.map(({ what }) => what.length));
          const lines = found.steps.map(
            ({ what, ok, detail }) => `  ${marks.get(ok)}  ${what.padEnd(widest)}  ${visible(detail)}`,
          );
          await write(io.stdout, `${visible(found.answer)}\n\n${lines.join("\n")}\n`);
        }),
      );
    });
}
