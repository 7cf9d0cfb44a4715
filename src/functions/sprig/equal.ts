import {
  type Complex,
  type Context,
  elementsOf,
  floatOf,
  intOf,
  kindOf,
  LimitReached,
  mapGet,
  mapSize,
  sortedEntries,
  Time,
  typeName,
} from "../../template/index.ts";
import { isNilValue } from "./value.ts";
import { Version } from "./version.ts";

/** `reflect.DeepEqual`: the same type and the same content; NaN and functions equal nothing. */
export function deepEqual(a: unknown, b: unknown, context: Context, depth = 0): boolean {
  if (depth > context.limits.depth) throw new LimitReached("depth");
  if (typeof a === "string" && typeof b === "string") {
    context.spend(a.length >> 6);
    return a === b;
  }
  const { numbers } = context;
  const kind = kindOf(a, numbers);
  if (kind !== kindOf(b, numbers) || typeName(a, numbers) !== typeName(b, numbers)) return false;
  switch (kind) {
    case "invalid":
      return true;
    case "string":
    case "bool":
      return a === b;
    case "int":
    case "uint":
      return intOf(a) === intOf(b);
    case "float":
      return floatOf(a) === floatOf(b);
    case "complex":
      return (a as Complex).re === (b as Complex).re && (a as Complex).im === (b as Complex).im;
    case "time": {
      const [x, y] = [Time.of(a as Date | Time), Time.of(b as Date | Time)];
      return x.seconds === y.seconds && x.nanos === y.nanos && x.zone.name === y.zone.name;
    }
    case "list":
      return equalLists(a as object, b as object, context, depth);
    case "map":
      return equalMaps(a as object, b as object, context, depth);
    case "struct":
      return a instanceof Version && b instanceof Version && a.original === b.original;
    default:
      return false;
  }
}

function equalLists(a: object, b: object, context: Context, depth: number): boolean {
  const [x, y] = [elementsOf(a), elementsOf(b)];
  if (x.length !== y.length || isNilValue(a) !== isNilValue(b)) return false;
  if (a === b) return true;
  for (let i = 0; i < x.length; i++) {
    context.spend(1);
    if (!deepEqual(x[i] ?? null, y[i] ?? null, context, depth + 1)) return false;
  }
  return true;
}

function paidSize(map: object, context: Context): number {
  const size = mapSize(map);
  context.spend(size);
  return size;
}

function equalMaps(a: object, b: object, context: Context, depth: number): boolean {
  if (isNilValue(a) !== isNilValue(b)) return false;
  if (a === b) return true;
  const entries = sortedEntries(a, context);
  if (paidSize(b, context) !== entries.length) return false;
  return entries.every(([key, value]) => {
    const other = mapGet(b, key);
    return other !== undefined && deepEqual(value ?? null, other, context, depth + 1);
  });
}
