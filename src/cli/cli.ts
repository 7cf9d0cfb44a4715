/**
 * The command line. In: arguments and streams. Out: an exit code. Nothing here or below touches `process`.
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { Command, CommanderError } from "commander";
import type { Io } from "./io.ts";

/** 0: all went well; 1: a file, a profile or a template is wrong; 2: the command line is; 3: `lint` could not do its work. */
export type ExitCode = 0 | 1 | 2 | 3;

type AddCommand = (program: Command, io: Io, end: (code: ExitCode) => void) => void;

/** In the order in which help lists them. Only the one that is run is loaded, since loading all takes a while. */
const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  "Templates:": {
    lint: async () => (await import("./lint.ts")).addLintCommand,
    fmt: async () => (await import("./fmt.ts")).addFmtCommand,
    test: async () => (await import("./test.ts")).addTestCommand,
    "dry-run": async () => (await import("./dry-run.ts")).addDryRunCommand,
    render: async () => (await import("./render.ts")).addRenderCommand,
    lsp: async () => (await import("./lsp.ts")).addLspCommand,
  },
  "Deliveries:": {
    send: async () => (await import("./send.ts")).addSendCommand,
    work: async () => (await import("./work.ts")).addWorkCommand,
    outbox: async () => (await import("./outbox.ts")).addOutboxCommand,
    why: async () => (await import("./why.ts")).addWhyCommand,
  },
  "When alerts fire:": {
    plan: async () => (await import("./plan.ts")).addPlanCommand,
    apply: async () => (await import("./plan.ts")).addApplyCommand,
    simulate: async () => (await import("./simulate.ts")).addSimulateCommand,
    serve: async () => (await import("./serve.ts")).addServeCommand,
    profile: async () => (await import("./profile.ts")).addProfileCommand,
    audience: async () => (await import("./audience.ts")).addAudienceCommand,
    trigger: async () => (await import("./trigger.ts")).addTriggerCommand,
    backfill: async () => (await import("./trigger.ts")).addBackfillCommand,
    runs: async () => (await import("./runs.ts")).addRunsCommand,
    explain: async () => (await import("./explain.ts")).addExplainCommand,
  },
  "Setting up:": {
    config: async () => (await import("./config.ts")).addConfigCommand,
    keys: async () => (await import("./keys.ts")).addKeysCommand,
    verify: async () => (await import("./verify.ts")).addVerifyCommand,
  },
};

export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = new Command("tocsin")
    .description("Alerts rendered from customer profiles with Go templates, byte for byte as Go would render them.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    })
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      "\nExit codes: 0 all went well, 1 a file, profile or template is wrong, 2 the command line is.",
    );
  const end = (ended: ExitCode): void => {
    code = ended;
  };
  const [name] = args;
  const known = Object.values(groups).some((commands) => name !== undefined && Object.hasOwn(commands, name));
  for (const [heading, commands] of Object.entries(groups)) {
    const load = Object.entries(commands).filter(([one]) => !known || one === name);
    program.commandsGroup(heading);
    for (const add of await Promise.all(load.map(([, one]) => one()))) add(program, io, end);
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** The package's, found from here both in the source and in the build. */
export function version(): string {
  const file = findPackageJSON(import.meta.url);
  return file === undefined ? "unknown" : JSON.parse(readFileSync(file, "utf8")).version;
}
