import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "../case.ts";

/** Holds a template of Alertmanager and its input. It is executed with `missingkey=zero`, and a clock that always shows `now`. */
export interface NotificationCase {
  readonly template: string;
  /** One of `payloads/`: dot is the data that Alertmanager makes of it. */
  readonly payload?: string;
  /** JSON for dot, if there is no payload. */
  readonly data?: unknown;
  /** Files of `templates/` whose templates it may call. */
  readonly files?: readonly string[];
  /** Whether it is escaped as by package html/template. @default false */
  readonly html?: boolean;
  readonly want: Answer;
}

export const now = "2026-11-24T18:30:00Z";

const folder = import.meta.dirname;

export const caseFile = join(folder, "cases.json");

export const notificationCases = (): readonly NotificationCase[] => JSON.parse(readFileSync(caseFile, "utf8")).cases;

export const payloadNames: readonly string[] = readdirSync(join(folder, "payloads")).map((file) => file.slice(0, -5));

export const payloadNamed = (name: string): unknown =>
  JSON.parse(readFileSync(join(folder, "payloads", `${name}.json`), "utf8"));

export const templatesNamed = (name: string): string => readFileSync(join(folder, "templates", name), "utf8");
