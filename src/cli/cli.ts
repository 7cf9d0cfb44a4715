/**
 * The command line. In: arguments and streams. Out: an exit code. Nothing here or below touches `process`.
 */
import type { ExitCode } from "./command.ts";
import { commandOf, commands } from "./commands/index.ts";
import { type Io, put } from "./io.ts";
import { version } from "./version.ts";

export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const [first, second] = args;
  if (args.length === 1 && (first === "--version" || first === "-V")) {
    put(io.stdout, `${version()}\n`);
    return 0;
  }
  const { Command, CommanderError } = await import("commander");
  let code: ExitCode = 0;
  const program = new Command("tocsin")
    .description("Alerts rendered from customer profiles with Go templates, byte for byte as Go would render them.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => put(io.stdout, text),
      writeErr: (text) => put(io.stderr, text),
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    })
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExit codes: 0 done; 1 a file, profile, template or delivery is wrong, or does not exist;\n2 the command line is wrong; 3 lint could not read something.",
    );
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const command = commandOf(first === "--" ? second : first);
  if (command === undefined) {
    program.configureHelp({ subcommandTerm: (one) => `${one.name()} ${commandOf(one.name())!.usage}`.trimEnd() });
    for (const [heading, group] of Object.entries(commands)) {
      program.commandsGroup(heading);
      for (const [name, { summary }] of Object.entries(group)) program.command(name).summary(summary);
    }
  }
  try {
    if (command !== undefined) (await command.load())(program, io, end);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
