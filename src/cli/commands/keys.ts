import type { Command } from "commander";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addApiKeyCommands } from "./keys-api.ts";

/** `tocsin keys …`: keys that nobody else has seen. */
export function addKeysCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const keys = program
    .command("keys")
    .description("Makes keys. Keep the private ones in the environment, where the configuration can name them.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  keys
    .command("webhook")
    .description("A key that signs webhooks (Standard Webhooks).")
    .option("--asymmetric", "an ed25519 pair: the receiver gets only the public half")
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async ({ asymmetric, json }: { asymmetric?: true; json?: true }) => {
      const { generateKeyPair, generateSecret } = await import("../../channels/webhook.ts");
      const made = asymmetric ? generateKeyPair() : { secret: generateSecret() };
      await print(made, json, io);
      end(0);
    });
  addApiKeyCommands(keys, io, end);
  keys
    .command("vapid")
    .description(
      "A pair for web push (VAPID). Browsers subscribe with the public one; a new pair means they all subscribe anew.",
    )
    .option("--json", "print it as JSON")
    .helpOption("-h, --help", "print this help")
    .action(async ({ json }: { json?: true }) => {
      const { vapidKeys } = await import("../../channels/web-push.ts");
      await print({ ...vapidKeys() }, json, io);
      end(0);
    });
}

async function print(keys: Readonly<Record<string, string>>, json: true | undefined, io: Io): Promise<void> {
  const lines = Object.entries(keys).map(([name, key]) => `${name}: ${key}\n`);
  await write(io.stdout, json ? `${JSON.stringify(keys)}\n` : lines.join(""));
}
