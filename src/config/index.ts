/**
 * What an operator writes down. In: the text of `tocsin.yaml`. Out: checked values, and channels made of them; or a
 * `ConfigError` that says file, line and key.
 */
export { ConfigError, type Environment, readConfig } from "./file.ts";
export { duration, parseDuration, parseSize, size } from "./units.ts";
