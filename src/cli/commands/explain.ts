import type { Command } from "commander";
import { escapeControls } from "../../base/escape-controls.ts";
import type { ExitCode } from "../command.ts";
import { findProfile, withEngine } from "../engine.ts";
import { type Io, write } from "../io.ts";
import { addSetupOptions, type SetupFlags } from "../setup.ts";

export function addExplainCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  addSetupOptions(program.command("explain"))
    .description(
      "Explains why a trigger did or did not alert a person: membership, conditions, caps, quiet hours, rendering, attempts.",
    )
    .argument("<profile>", "id, or an identifier: email=ada@example.com")
    .argument("<trigger>")
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .action(async (given: string, trigger: string, flags: SetupFlags & { readonly json?: true }) => {
      end(
        await withEngine(flags, io, async (opened) => {
          const { id } = await findProfile(opened, given);
          const explanation = await opened.engine.explain(id, trigger);
          if (flags.json) return write(io.stdout, `${JSON.stringify(explanation)}\n`);
          const marks = new Map<boolean | undefined, string>([
            [true, "yes"],
            [false, "no "],
            [undefined, "…  "],
          ]);
          const widest = Math.max(...explanation.steps.map(({ what }) => what.length));
          const lines = explanation.steps.map(
            ({ what, ok, detail }) => `  ${marks.get(ok)}  ${what.padEnd(widest)}  ${escapeControls(detail)}`,
          );
          await write(io.stdout, `${escapeControls(explanation.answer)}\n\n${lines.join("\n")}\n`);
        }),
      );
    });
}
