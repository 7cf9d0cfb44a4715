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
      summary: "find mistakes in alerts and templates before they are sent",
      load: async () => (await import("./lint.ts")).addLintCommand,
    },
    fmt: {
      usage: "[options] [path...]",
      summary: "format the actions of templates",
      load: async () => (await import("./fmt.ts")).addFmtCommand,
    },
    test: {
      usage: "[options] [path...]",
      summary: "render templates and compare with the expected results",
      load: async () => (await import("./test.ts")).addTestCommand,
    },
    "dry-run": {
      usage: "[options] <alert>",
      summary: "render an alert for many profiles without sending, and report problems",
      load: async () => (await import("./dry-run.ts")).addDryRunCommand,
    },
    render: {
      usage: "[options] [file]",
      summary: "render an alert or a template for one profile or many",
      load: async () => (await import("./render.ts")).addRenderCommand,
    },
    lsp: {
      usage: "[options]",
      summary: "run the language server for editors",
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
      summary: "run the worker that delivers what is in the outbox",
      load: async () => (await import("./work.ts")).addWorkCommand,
    },
    outbox: {
      usage: "",
      summary: "list, replay and cancel deliveries",
      load: async () => (await import("./outbox.ts")).addOutboxCommand,
    },
    why: {
      usage: "[options] <id>",
      summary: "explain a delivery: its attempts, the responses and its state",
      load: async () => (await import("./why.ts")).addWhyCommand,
    },
  },
  "Profiles and triggers:": {
    plan: {
      usage: "[options]",
      summary: "show what applying the configuration would change",
      load: async () => (await import("./plan.ts")).addPlanCommand,
    },
    apply: {
      usage: "[options]",
      summary: "apply the audiences, triggers, streams and alarms of the configuration",
      load: async () => (await import("./plan.ts")).addApplyCommand,
    },
    simulate: {
      usage: "[options]",
      summary: "show what would be sent, when and to whom, without sending it",
      load: async () => (await import("./simulate.ts")).addSimulateCommand,
    },
    serve: {
      usage: "[options]",
      summary: "run the service: API, triggers, deliveries",
      load: async () => (await import("./serve.ts")).addServeCommand,
    },
    profile: {
      usage: "",
      summary: "import, show, download, split and delete profiles",
      load: async () => (await import("./profile.ts")).addProfileCommand,
    },
    audience: {
      usage: "",
      summary: "list audiences, their sizes and members",
      load: async () => (await import("./audience.ts")).addAudienceCommand,
    },
    trigger: {
      usage: "",
      summary: "list, activate and pause triggers",
      load: async () => (await import("./trigger.ts")).addTriggerCommand,
    },
    backfill: {
      usage: "[options] <trigger>",
      summary: "alert people who joined an audience before its trigger was activated",
      load: async () => (await import("./trigger.ts")).addBackfillCommand,
    },
    runs: {
      usage: "",
      summary: "list, pause, resume and cancel runs over many profiles",
      load: async () => (await import("./runs.ts")).addRunsCommand,
    },
    explain: {
      usage: "[options] <profile> <trigger>",
      summary: "explain why a trigger did or did not alert a person",
      load: async () => (await import("./explain.ts")).addExplainCommand,
    },
  },
  "Setup:": {
    config: {
      usage: "",
      summary: "validate the configuration, print its JSON Schema",
      load: async () => (await import("./config.ts")).addConfigCommand,
    },
    keys: {
      usage: "",
      summary: "create keys: for signing webhooks, web push and the API",
      load: async () => (await import("./keys.ts")).addKeysCommand,
    },
    verify: {
      usage: "[options] [body]",
      summary: "verify the signature of a received webhook",
      load: async () => (await import("./verify.ts")).addVerifyCommand,
    },
  },
};

/** Finds the command of this name. */
export function commandOf(name: string | undefined): CommandEntry | undefined {
  if (name === undefined) return undefined;
  return Object.values(commands).find((group) => Object.hasOwn(group, name))?.[name];
}
