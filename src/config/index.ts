/**
 * What an operator writes down. In: the text of `tocsin.yaml`. Out: checked values, and channels made of them; or a
 * `ConfigError` that says file, line and key.
 */

export { parseDuration } from "../base/duration.ts";
export { parseSize } from "../base/size.ts";
export { duration, size } from "../base/units.ts";
export { createChannels, type Setting } from "./channels.ts";
export { ConfigError, type Environment, type Filled, type Read, readConfig } from "./file.ts";
export { desiredStateOf, pathOf } from "./program.ts";
export { type Config, config, lintSection } from "./schema.ts";
