import { parse } from "../../grammar/index.ts";
import { builtins, isBuiltin } from "../../src/template/builtins/index.ts";
import { copyProfile } from "../../src/template/copy.ts";
import type { FunctionSet } from "../../src/template/function.ts";
import { collectFunctions } from "../../src/template/options.ts";
import { compileTree, type Program } from "../../src/template/program.ts";
import { Run } from "../../src/template/run.ts";
import { settingsOf } from "../../src/template/settings.ts";
import type { LanguageOptions } from "../../src/template/template.ts";

export interface StepCount {
  readonly steps: number;
  readonly output: string;
  readonly error: unknown;
}

/** Compiles a template whose renders tell how many steps they took, whether or not they ended well. */
export function countedTemplate(
  text: string,
  set: FunctionSet,
  options: Omit<LanguageOptions, "functions"> = {},
): (profile: unknown) => StepCount {
  const settings = settingsOf(options);
  const functions = collectFunctions([set]);
  const trees = parse(text, {
    name: "template",
    delims: ["{{", "}}"],
    isFunction: (id) => functions.has(id) || isBuiltin(id),
  });
  const { numbers, missingKey } = settings;
  const programs = new Map<string, Program>();
  const facts = { mutates: false };
  const env = { numbers, missingKey, facts, builtins, functions, lookup: (name: string) => programs.get(name) };
  for (const tree of trees.values()) programs.set(tree.name, compileTree(tree, env));
  const main = programs.get("template")!;
  return (profile) => {
    const run = new Run(settings, main.tree, profile, main.slots);
    let error: unknown;
    try {
      if (facts.mutates) run.setRoot(copyProfile(profile, run));
      run.spend(main.weight);
      main.body(run);
    } catch (thrown) {
      error = thrown;
    }
    return { steps: run.spent, output: run.out, error };
  };
}
