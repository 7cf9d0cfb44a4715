import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { lintSection, readConfig } from "../../config/index.ts";
import { exists, readText } from "../../files/index.ts";
import type { Io } from "../io.ts";
import { located } from "../setup.ts";

/** The sections that linting needs: environment variables that the others refer to need not be set. */
const schema = z.looseObject({ lint: lintSection, functions: lintSection.unwrap().shape.functions });

/** Reads the lint section of a configuration. */
export async function lintSettings(given: string | undefined, io: Io) {
  const file = given ?? (exists("tocsin.yaml", io) ? "tocsin.yaml" : undefined);
  const text = file === undefined ? "" : await readText(file, io);
  const { lint, functions } = located(() => readConfig(file ?? "tocsin.yaml", text, schema)).value;
  const beside = (path: string | undefined) => path && (file && !isAbsolute(path) ? join(dirname(file), path) : path);
  const data = { profile: beside(lint.profile), schema: beside(lint.schema) };
  return { ...lint, ...data, functions: lint.functions ?? functions ?? (["sprig", "alerting"] as const) };
}
