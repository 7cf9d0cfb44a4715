import { type ConditionResult, compileCondition } from "../../audiences/index.ts";
import type { Json } from "../../base/json.ts";
import type { TemplateOptions } from "../../compile.ts";
import type { Channel } from "../../dispatch/index.ts";
import type { Definition, DefinitionKind } from "../../store/index.ts";
import { DefinitionError, type Plan, type Step } from "../engine.ts";
import { Compiler } from "./catalog.ts";
import { findingsOf, type Samples } from "./findings.ts";

/** Compiles and tests unapproved definitions in another thread. Input and output are plain data. */
export interface Checker {
  /** Compiles definitions. @returns problems, except those that channels find, and the findings of the linter */
  check(input: CheckInput): Promise<Checked>;
  /** Tests a condition. @param profiles fields of each, as JSON */
  test(where: string, profiles: readonly string[]): Promise<readonly ConditionResult[]>;
}

export interface CheckInput {
  readonly definitions: readonly Definition[];
  /** Names of all channels. */
  readonly channels: readonly string[];
  readonly to: { readonly [channel: string]: string };
  /** Definitions that are created, changed or removed. */
  readonly steps: readonly LintedStep[];
  /** Samples that audiences and triggers are linted against. */
  readonly samples: Samples;
}

export type LintedStep = Pick<Step, "kind" | "name" | "action">;

export interface Checked {
  readonly broken: readonly BrokenDefinition[];
  readonly findings: Plan["findings"];
}

/** Describes a `DefinitionError` as plain data. */
export interface BrokenDefinition {
  readonly message: string;
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly path: readonly (string | number)[];
}

export const brokenError = ({ message, ...place }: BrokenDefinition): DefinitionError =>
  new DefinitionError(message, place);

/** Implements `Checker.check`, in whichever thread it is called. */
export function check({ definitions, channels, to, steps, samples }: CheckInput, templates: TemplateOptions): Checked {
  const broken: BrokenDefinition[] = [];
  const stubs = Object.fromEntries(channels.map((name) => [name, acceptingChannel]));
  const catalog = new Compiler({ templates, channels: stubs, to }).catalog(-1, definitions, (error) => {
    const { message, kind, of: name, path } = error;
    broken.push({ message, kind, name, path });
  });
  return { broken, findings: findingsOf(samples, catalog, steps, templates) };
}

/** Implements `Checker.test`, in whichever thread it is called. */
export function testAll(
  where: string,
  profiles: readonly string[],
  templates: TemplateOptions,
): readonly ConditionResult[] {
  const condition = compileCondition(where, { ...templates, name: "where" });
  return profiles.map((fields) => condition.test(JSON.parse(fields) as Json));
}

/** Accepts every destination: real channels stay in the thread that has their connections, and are asked there. */
const acceptingChannel = { kind: "any", accept: () => ({ destination: "" }) } as unknown as Channel;
