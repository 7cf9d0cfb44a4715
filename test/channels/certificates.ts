import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A new authority for one test run, and what it signs for names such as `DNS:localhost,IP:127.0.0.1`. */
export function createAuthority() {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-ca-"));
  const file = (name: string): string => join(folder, name);
  const make = (name: string, ...more: string[]): Certificate => {
    const common = [
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      `/CN=${name}`,
    ];
    const out = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)];
    execFileSync("openssl", ["req", "-x509", ...common, ...out, ...more], { stdio: "ignore" });
    return { key: readFileSync(file(`${name}.key`), "utf8"), cert: readFileSync(file(`${name}.pem`), "utf8") };
  };
  const { cert: ca } = make("authority");
  return {
    ca,
    sign: (name: string, names: string): Certificate =>
      make(
        name,
        ...["-addext", `subjectAltName=${names}`, "-addext", "basicConstraints=critical,CA:FALSE"],
        ...["-CA", file("authority.pem"), "-CAkey", file("authority.key")],
      ),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
