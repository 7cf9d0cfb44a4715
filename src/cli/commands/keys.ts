import type { Command } from "commander";
import type { ExitCode } from "../command.ts";
import { type Io, write } from "../io.ts";
import { addApiKeyCommands } from "./keys-api.ts";

/** Adds `tocsin keys …`: creates keys. */
export function addKeysCommand(program: Command, io: Io, end: (code: ExitCode) => void): void {
  const keys = program
    .command("keys")
    .description("Creates keys. Keep secret ones in the environment: the configuration can refer to them as ${NAME}.")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false);
  keys
    .command("webhook")
    .description("Creates a key that signs webhooks (Standard Webhooks).")
    .option("--asymmetric", "create an ed25519 key pair; the receiver gets only the public key")
    .option("--json", "print JSON")
    .helpOption("-h, --help", "print this help")
    .action(async ({ asymmetric, json }: { asymmetric?: true; json?: true }) => {
      const { generateKeyPair, generateSecret } = await import("../../channels/webhook.ts");
      const pair = asymmetric ? generateKeyPair() : { secret: generateSecret() };
      await print(pair, json, io);
      end(0);
    });
  addApiKeyCommands(keys, io, end);
  keys
    .command("vapid")
    .description(
      "Creates a key pair for web push (VAPID). Browsers subscribe with the public key: after a new pair all must subscribe again.",
    )
    .option("--json", "print JSON")
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
