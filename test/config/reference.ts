/**
 * Makes docs/configuration.md and docs/tocsin.schema.json from the schema of `tocsin.yaml`. As a script (`npm run docs:config`): writes
 * them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { duration, size } from "../../src/base/units.ts";
import { config } from "../../src/config/index.ts";

const docs = join(import.meta.dirname, "../../docs");
export const referenceFile = join(docs, "configuration.md");
export const schemaFile = join(docs, "tocsin.schema.json");

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const jsonSchema = z.toJSONSchema(config, { io: "input", unrepresentable: "any" }) as Schema;

/** Returns the JSON Schema that editors read. */
export const schemaText = (): string =>
  `${JSON.stringify({ ...jsonSchema, title: "tocsin.yaml", description: "Configuration of tocsin." }, null, 1)}\n`;

const patternOf = (schema: z.ZodType): string | undefined =>
  (z.toJSONSchema(schema, { io: "input" }) as Schema).pattern;
const durationPattern = patternOf(duration);
const sizePattern = patternOf(size);

/** One key of the file. */
interface Row {
  readonly path: string;
  readonly type: string;
  /** As it is shown; empty if there is none. */
  readonly fallback: string;
  readonly description: string;
}

/** Lists the keys below a schema, depth first. */
function rowsOf(schema: Schema, path: string): Row[] {
  // A secret is explained once, at the top.
  if (isSecret(schema)) return [];
  const forms = alternativesOf(schema).filter(({ properties }) => properties !== undefined);
  const seen = new Set<string>();
  const rows: Row[] = [];
  for (const form of forms) {
    for (const [name, value] of Object.entries(form.properties!)) {
      const key = `${path}${path === "" ? "" : "."}${name}`;
      if (seen.has(name) || value.const !== undefined) continue;
      seen.add(name);
      rows.push(rowOf(key, value, form.required?.includes(name) === true && forms.length === 1));
      rows.push(...rowsOf(value, key));
    }
  }
  const { additionalProperties, items } = schema;
  if (typeof additionalProperties === "object") rows.push(...rowsOf(additionalProperties, `${path}.NAME`));
  if (items !== undefined) rows.push(...rowsOf(items, `${path}[]`));
  return rows;
}

const isSecret = (schema: Schema): boolean =>
  alternativesOf(schema).some(({ properties }) => properties?.secret !== undefined);

const alternativesOf = (schema: Schema): readonly Schema[] => schema.oneOf ?? schema.anyOf ?? [schema];

function rowOf(path: string, schema: Schema, required: boolean): Row {
  const [, text = "", fallback] = /^(.*?)(?: Default: (.*)\.)?$/s.exec(schema.description ?? "")!;
  const value =
    schema.default === undefined
      ? fallback === undefined
        ? required
          ? "required"
          : ""
        : `\`${fallback}\``
      : shown(schema.default, schema);
  return { path, type: typeOf(schema), fallback: value, description: text };
}

function shown(value: unknown, { pattern }: Schema): string {
  if (pattern === durationPattern && typeof value === "number") return `\`${value / 1000}s\``;
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function typeOf(schema: Schema): string {
  const { type, pattern, enum: values, additionalProperties, items } = schema;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(", ");
  if (pattern !== undefined && pattern === durationPattern) return "duration";
  if (pattern !== undefined && pattern === sizePattern) return "size";
  if (schema.allOf !== undefined) return typeOf(schema.allOf[0]!);
  const alternatives = alternativesOf(schema);
  if (alternatives[0] !== schema) {
    if (isSecret(schema)) return "secret";
    // A whole number from the environment is text.
    const types = new Set(alternatives.filter(({ pattern }) => pattern !== "^\\d+$").map((one) => typeOf(one)));
    return [...types].join(" or ");
  }
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one })).join(" or ");
  switch (type) {
    case "array":
      return `list of ${typeOf(items ?? {})}`;
    case "object":
      return typeof additionalProperties === "object" ? `map of ${typeOf(additionalProperties)}` : "object";
    case "string":
      return "text";
    case "integer":
      return "whole number";
    case "number":
      return "number";
    case "boolean":
      return "true or false";
    case "null":
      return "nothing";
    default:
      return "any value";
  }
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const table = (rows: readonly Row[]): string =>
  [
    "| key | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ path, type, fallback, description }) => {
      const cells = [`\`${path}\``, type, fallback, description];
      return `| ${cells.map(escaped).join(" | ")} |`;
    }),
  ].join("\n");

/** Returns the keys without a sentence. */
export const undescribed = (): string[] =>
  [...allRows()].filter(({ description }) => description === "").map(({ path }) => path);

function* allRows(): Generator<Row> {
  for (const section of sections()) yield* section.rows;
}

/** Splits the keys by section; each kind of channel is a section of its own, after the keys that most kinds have. */
function sections(): { readonly title: string; readonly text: string; readonly rows: readonly Row[] }[] {
  const top = Object.entries(jsonSchema.properties!);
  const scalars = top.filter(([, schema]) => rowsOf(schema, "x").length === 0);
  const found = [{ title: "General", text: "", rows: scalars.map(([name, schema]) => rowOf(name, schema, false)) }];
  for (const [name, schema] of top.filter((entry) => !scalars.includes(entry))) {
    const text = schema.description ?? "";
    if (name !== "channels") {
      found.push({ title: `\`${name}\``, text, rows: rowsOf(schema, name) });
      continue;
    }
    const kinds = alternativesOf(schema.additionalProperties as Schema).map(
      (kind) => [String(kind.properties!.kind!.const), rowsOf(kind, "channels.NAME")] as const,
    );
    const usual = kinds.filter(([kind]) => kind !== "log").map(([, rows]) => rows);
    const isCommon = (row: Row): boolean =>
      usual.every((rows) => rows.some((other) => JSON.stringify(other) === JSON.stringify(row)));
    const common = usual[0]!.filter(isCommon);
    const label = kinds.map(([kind]) => `\`${kind}\``).join(", ");
    const kindRow = {
      path: "channels.NAME.kind",
      type: label,
      fallback: "required",
      description: "Kind of the channel.",
    };
    found.push({ title: "`channels`", text: `${text} The keys of all kinds but \`log\`:`, rows: [kindRow, ...common] });
    for (const [kind, rows] of kinds) {
      const own = rows.filter((row) => kind === "log" || !isCommon(row));
      found.push({ title: `\`channels\` of the kind \`${kind}\``, text: "", rows: own });
    }
  }
  return found;
}

/** Returns the text of docs/configuration.md. */
export function reference(): string {
  const body = sections().map(
    ({ title, text, rows }) => `## ${title}\n\n${text === "" ? "" : `${text}\n\n`}${table(rows)}\n`,
  );
  return `# Configuration

Every key of \`tocsin.yaml\`. Made by \`npm run docs:config\` from [the schema](../src/config/schema.ts); [tocsin.schema.json](tocsin.schema.json) is the same for
editors: begin the file with \`# yaml-language-server: $schema=node_modules/tocsin/docs/tocsin.schema.json\`. \`tocsin config check\` reports mistakes.

- A duration is text with a unit: \`250ms\`, \`15s\`, \`1h30m\`, \`3d\`. A size is text with a unit: \`64KiB\`, \`20MB\`, \`1GiB\`.
- A secret is text, \`{ file: PATH }\` or \`{ secret: TEXT }\`. \`\${NAME}\` in any text is replaced from the environment; \`$\${\` is a plain \`\${\`.
- \`NAME\` is a name that you choose, \`[]\` an item of a list.

${body.join("\n")}`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(referenceFile, reference());
  writeFileSync(schemaFile, schemaText());
}
