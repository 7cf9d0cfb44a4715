import { quote } from "../../grammar/index.ts";
import type { TemplateFunction } from "./function.ts";
import { mapGet } from "./maps.ts";
import { readMethod } from "./method.ts";
import type { AnyNode, Run } from "./run.ts";
import { type GoType, goTypeOf, kindOf, typeName } from "./value.ts";

const { hasOwn } = Object;
const isEnumerable = Object.prototype.propertyIsEnumerable;

/** Reads `receiver.name`. The result is boxed; `undefined` is absent. Go: `evalField` without arguments. */
export type FieldReader = (run: Run, receiver: unknown, name: string, boxed: boolean) => unknown;

/** Names own fields that JavaScript's lists, strings, errors and patterns have but do not enumerate. */
const hiddenNames = new Set(["length", "stack", "message", "cause", "errors", "error", "suppressed", "lastIndex"]);

/**
 * Chooses a reader by name: only names that may be hidden need a check for enumerability. Reading fields is what templates do
 * most, and the check costs a fifth.
 */
export const fieldReader = (name: string): FieldReader => (hiddenNames.has(name) ? readEnumerableField : readField);

function readField(run: Run, receiver: unknown, name: string, boxed: boolean): unknown {
  if (typeof receiver === "object" && receiver !== null && hasOwn(receiver, name)) {
    const value = (receiver as Record<string, unknown>)[name];
    if (value !== undefined && typeof value !== "symbol") return value;
  }
  return readUnusualField(run, receiver, name, boxed);
}

function readEnumerableField(run: Run, receiver: unknown, name: string, boxed: boolean): unknown {
  const there = typeof receiver !== "object" || receiver === null || isEnumerable.call(receiver, name);
  return there ? readField(run, receiver, name, boxed) : readUnusualField(run, receiver, name, boxed);
}

function readUnusualField(run: Run, receiver: unknown, name: string, boxed: boolean): unknown {
  if (receiver === undefined || typeof receiver === "symbol") {
    if (run.settings.missingKey === "error") run.fail(`nil data; no entry for key ${quote(name)}`);
    return undefined;
  }
  if (receiver === null) run.fail(`nil pointer evaluating interface {}.${name}`);
  const type = goTypeOf(receiver);
  const method = methodOf(receiver, type, name);
  if (method) return concrete(run, readMethod(run, method, name));
  const fields = type?.fields?.(receiver);
  if (fields && hasOwn(fields, name)) return concrete(run, fields[name]);
  if (type?.struct) noField(run, receiver, name, boxed);
  if (kindOf(receiver, run.settings.numbers) !== "map") noField(run, receiver, name, boxed);
  const held = receiver instanceof Map ? mapGet(receiver, name) : undefined;
  const value = held === undefined || typeof held === "symbol" ? missing(run, name, type) : held;
  return type?.typed ? concrete(run, value) : value;
}

/** Notes a value that is not an `interface {}` in Go, for which messages give the type. */
function concrete(run: Run, value: unknown): unknown {
  run.concrete = value;
  return value;
}

/** Returns the method of a value, if its type has one of that name. */
export function methodOf(receiver: unknown, type: GoType | undefined, name: string): TemplateFunction | undefined {
  const methods = type?.methods;
  return methods && hasOwn(methods, name) ? methods[name]!(receiver) : undefined;
}

function missing(run: Run, name: string, type: GoType | undefined): unknown {
  switch (run.settings.missingKey) {
    case "error":
      return run.fail(`map has no entry for key ${quote(name)}`);
    case "zero":
      return type?.zero ?? null;
    default:
      return undefined;
  }
}

function noField(run: Run, receiver: unknown, name: string, boxed: boolean): never {
  const type = boxed && receiver !== run.concrete ? "interface {}" : typeName(receiver, run.settings.numbers);
  if (kindOf(receiver, run.settings.numbers) === "time" && ["wall", "ext", "loc"].includes(name)) {
    run.fail(`${name} is an unexported field of struct type ${type}`);
  }
  return run.fail(`can't evaluate field ${name} in type ${type}`);
}

/** Fails on the last field of a command that passes it arguments, which only methods take. */
export function failFieldWithArguments(run: Run, receiver: unknown, name: string, boxed: boolean): unknown {
  const fields = goTypeOf(receiver)?.fields?.(receiver);
  if (fields && hasOwn(fields, name)) run.fail(`${name} has arguments but cannot be invoked as function`);
  if (receiver === undefined || receiver === null || kindOf(receiver, run.settings.numbers) !== "map") {
    return readUnusualField(run, receiver, name, boxed);
  }
  if (goTypeOf(receiver)?.struct && mapGet(receiver, name) === undefined) noField(run, receiver, name, boxed);
  return run.fail(`${name} is not a method but has arguments`);
}

/**
 * Fails for `missingKey: "required"`, where an absent or null value was about to be printed.
 * @param name the field that was read last, if any
 */
export function failRequired(run: Run, value: unknown, name: string | undefined, node: AnyNode): never {
  if (name === undefined) return run.fail("no value to print", node);
  return run.fail(
    value === null ? `nil value for key ${quote(name)}` : `map has no entry for key ${quote(name)}`,
    node,
  );
}
