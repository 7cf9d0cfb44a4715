/** Defines the Go types of notification data: structs, and lists and maps whose elements have a type. */
import { type GoType, goType, Struct, withCapacity } from "../../template/index.ts";

/** Holds a Go struct, whose fields messages and `%+v` show by these names. */
export class Fields extends Struct {
  readonly #type: GoType<Fields>;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(name: string, fields: Readonly<Record<string, unknown>>) {
    super();
    this.#type = typeNamed(name);
    this.#fields = fields;
  }

  get [goType](): GoType<Fields> {
    return this.#type;
  }

  static of(struct: Fields): Readonly<Record<string, unknown>> {
    return struct.#fields;
  }
}

const structs = new Map<string, GoType<Fields>>();

/** Returns the JSON tag of a field: all begin with a small letter, and two differ otherwise. */
function tagOf(field: string): string {
  if (field === "Vars") return "";
  return field === "OrgID" ? "orgId" : field.slice(0, 1).toLowerCase() + field.slice(1);
}

function typeNamed(name: string): GoType<Fields> {
  const jsonName = name === "template.Pair" ? undefined : tagOf;
  const type = structs.get(name) ?? { name, struct: true, fields: Fields.of, jsonName };
  structs.set(name, type);
  return type;
}

/** Makes a list whose elements have one type. @returns the array, which must be the caller's own */
export function listOf<T>(type: GoType<readonly T[]>, items: T[]): T[] {
  return withCapacity(Object.defineProperty(items, goType, { value: type }), items.length);
}
