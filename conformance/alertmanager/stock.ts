import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Holds the output of Alertmanager's stock templates. The templates themselves belong to Alertmanager and are not here; for
 * the same reason only the digest of a long output is kept, which is mostly their text.
 */
export const stockFile = join(import.meta.dirname, "stock.json");

export interface StockRender {
  readonly payload: string;
  readonly name: string;
  readonly html: boolean;
  /** The text, or `sha256:` and its digest. */
  readonly output: string;
}

const longest = 2000;

export const kept = (output: string): string => (output.length > longest ? `sha256:${sha256(output)}` : output);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface StockTemplates {
  readonly version: string;
  /** Texts of the files with the templates. */
  readonly texts: readonly string[];
  /** Names of the templates that a notification starts from. */
  readonly names: readonly string[];
}

const files = ["default.tmpl", "email.tmpl"];

/** The folder in which Debian's package prometheus-alertmanager installs them. */
const installed = "/usr/share/prometheus/alertmanager";

/** The recorded version, checked by the digest of its files. */
const version = "0.28.1";
const digest = "9d726fe7719e1026ee49ed9e27563f597bbb5ff8ee75fbd520a7ff440cd29a60";

/** Returns the call of a template; most take all of the data. */
export const callOf = (name: string): string =>
  `{{ template "${name}" ${name === "pagerduty.default.instances" ? ".Alerts.Firing" : "."} }}`;

/** Returns the stock templates, undefined if they are not installed. @throws Error if they are of another version */
export function stockTemplates(folder = process.env.ALERTMANAGER_TEMPLATES ?? installed): StockTemplates | undefined {
  if (!files.every((file) => existsSync(join(folder, file)))) return undefined;
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
  const found = sha256(texts.join("\0"));
  if (found !== digest)
    throw new Error(`the templates in ${folder} are not those of Alertmanager ${version}: ${found}`);
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\{\{ define "([a-z][^"]*)" \}\}/g)].map(([, name]) => name!),
  );
  return { version, texts, names };
}
