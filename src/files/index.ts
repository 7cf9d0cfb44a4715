/**
 * A person's files. In: paths, folders, patterns, and the standard input as `-`. Out: templates, alerts and profiles with the
 * place of everything in its file, and `InputError`s that say what to correct where; edits go back into the file.
 *
 * Nothing here prints. What needs the YAML library or looks for files is imported by its own name, so that a command that
 * needs neither starts quickly: `alert-file.ts` (alerts as YAML; `scalar.ts` says where their texts stand), `yaml.ts`,
 * `lint-files.ts` (finds files and places findings), `lint-fix.ts` and `fmt-file.ts` (change them).
 */

export { exists, openFile, readText, writeText } from "./file.ts";
export { InputError, problemJson, problemText, type Report, toProblem } from "./problem.ts";
export { isBlank, parseProfile, readProfiles } from "./profiles.ts";
export { readSource } from "./read-source.ts";
export { alertParts, type Rendered, type Source } from "./source.ts";
