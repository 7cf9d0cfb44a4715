import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasGpg = spawnSync("gpg", ["--version"]).status === 0;

/** A key ring of its own with a new key for one address; ends its agent when disposed. */
export function gpgKey(address: string) {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-gpg-"));
  chmodSync(folder, 0o700);
  const gpg = (args: readonly string[], input?: string): string =>
    execFileSync("gpg", ["--batch", "--quiet", "--homedir", folder, ...args], {
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
      ...(input !== undefined && { input }),
    });
  const lines = [
    "%no-protection",
    "Key-Type: eddsa",
    "Key-Curve: ed25519",
    "Subkey-Type: ecdh",
    "Subkey-Curve: cv25519",
    "Name-Real: Test",
    `Name-Email: ${address}`,
    "Expire-Date: 0",
    "%commit",
  ];
  writeFileSync(join(folder, "params"), `${lines.join("\n")}\n`);
  gpg(["--gen-key", join(folder, "params")]);
  return {
    publicKey: gpg(["--armor", "--export", address]),
    privateKey: gpg(["--armor", "--export-secret-keys", address]),
    /** Throws if gpg does not accept it whole. */
    decrypt: (armored: string): string => gpg(["--decrypt"], armored),
    [Symbol.dispose]: () => {
      spawnSync("gpgconf", ["--homedir", folder, "--kill", "gpg-agent"]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
