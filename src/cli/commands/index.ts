/** The table of commands. In: a name. Out: what `--help` says of the command, and how to load it. */
import type { AddCommand } from "../command.ts";

/** Describes a command for `--help` without loading it, and says how to load it. */
export interface CommandEntry {
  /** Shows the arguments behind its name; a test compares them with the command's own file. */
  readonly usage: string;
  readonly summary: string;
  load(): Promise<AddCommand>;
}

/**
 * The commands, under the headings and in the order in which help lists them. Only the one that is run is loaded, and none for
 * help, the version or a name that is none: loading all takes ten times as long as starting Node.
 */
export const commands: Readonly<Record<string, Readonly<Record<string, CommandEntry>>>> = {
  "Templates:": {
    lint: {
      usage: "[options] [path...]",
      summary: "find what is wrong with alerts and templates before they are sent",
      load: async () => (await import("./lint.ts")).addLintCommand,
    },
    fmt: {
      usage: "[options] [path...]",
      summary: "write the actions of templates in one style",
      load: async () => (await import("./fmt.ts")).addFmtCommand,
    },
    test: {
      usage: "[options] [path...]",
      summary: "check templates against the results written down beside them",
      load: async () => (await import("./test.ts")).addTestCommand,
    },
    "dry-run": {
      usage: "[options] <alert>",
      summary: "render an alert for a whole audience, send nothing, and say what would go wrong",
      load: async () => (await import("./dry-run.ts")).addDryRunCommand,
    },
    render: {
      usage: "[options] [file]",
      summary: "render an alert or a template for one profile or many",
      load: async () => (await import("./render.ts")).addRenderCommand,
    },
    lsp: {
      usage: "[options]",
      summary: "help an editor with alerts and templates, as a language server",
      load: async () => (await import("./lsp.ts")).addLspCommand,
    },
  },
  "Deliveries:": {
    send: {
      usage: "[options] <alert>",
      summary: "send an alert to one profile or many",
      load: async () => (await import("./send.ts")).addSendCommand,
    },
    work: {
      usage: "[options]",
      summary: "deliver what is in the outbox, as a service",
      load: async () => (await import("./work.ts")).addWorkCommand,
    },
    outbox: {
      usage: "",
      summary: "look into the outbox, replay and cancel",
      load: async () => (await import("./outbox.ts")).addOutboxCommand,
    },
    why: {
      usage: "[options] <id>",
      summary: "tell what became of a delivery, and why",
      load: async () => (await import("./why.ts")).addWhyCommand,
    },
  },
  "When alerts fire:": {
    plan: {
      usage: "[options]",
      summary: "show what a changed configuration would do",
      load: async () => (await import("./plan.ts")).addPlanCommand,
    },
    apply: {
      usage: "[options]",
      summary: "put what the configuration declares into force",
      load: async () => (await import("./plan.ts")).addApplyCommand,
    },
    simulate: {
      usage: "[options]",
      summary: "play days to come: what would be sent when, to whom",
      load: async () => (await import("./simulate.ts")).addSimulateCommand,
    },
    serve: {
      usage: "[options]",
      summary: "the whole program as a service: API, triggers, deliveries",
      load: async () => (await import("./serve.ts")).addServeCommand,
    },
    profile: {
      usage: "",
      summary: "import profiles, look at one, download, split or delete it",
      load: async () => (await import("./profile.ts")).addProfileCommand,
    },
    audience: {
      usage: "",
      summary: "audiences that are in force: how large, and who",
      load: async () => (await import("./audience.ts")).addAudienceCommand,
    },
    trigger: {
      usage: "",
      summary: "triggers that are in force: activate and pause them",
      load: async () => (await import("./trigger.ts")).addTriggerCommand,
    },
    backfill: {
      usage: "[options] <trigger>",
      summary: "alert those who were in an audience before its trigger",
      load: async () => (await import("./trigger.ts")).addBackfillCommand,
    },
    runs: {
      usage: "",
      summary: "backfills, scheduled runs and re-evaluations: how far they are; pause, resume, cancel",
      load: async () => (await import("./runs.ts")).addRunsCommand,
    },
    explain: {
      usage: "[options] <profile> <trigger>",
      summary: "why a person was alerted, or was not",
      load: async () => (await import("./explain.ts")).addExplainCommand,
    },
  },
  "Setting up:": {
    config: {
      usage: "",
      summary: "check the configuration, print its JSON Schema",
      load: async () => (await import("./config.ts")).addConfigCommand,
    },
    keys: {
      usage: "",
      summary: "make keys: for signing, web push, and those who may use the API",
      load: async () => (await import("./keys.ts")).addKeysCommand,
    },
    verify: {
      usage: "[options] [body]",
      summary: "check the signature of a webhook that was received",
      load: async () => (await import("./verify.ts")).addVerifyCommand,
    },
  },
};

/** Finds the command of this name. */
export function commandOf(name: string | undefined): CommandEntry | undefined {
  if (name === undefined) return undefined;
  return Object.values(commands).find((group) => Object.hasOwn(group, name))?.[name];
}
