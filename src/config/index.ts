/**
 * Reads the operator's configuration. In: the text of `tocsin.yaml`. Out: checked values, and channels made of them; or a
 * `ConfigError` that says file, line and key.
 */

export { createChannels } from "./channels.ts";
export { ConfigError, type Filled, readConfig } from "./file.ts";
export { desiredStateOf, pathOf } from "./program.ts";
export { type Config, config, lintSection } from "./schema.ts";
