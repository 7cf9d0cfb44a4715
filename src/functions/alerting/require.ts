import { type Context, define, kindOf, truth } from "../../template/index.ts";

export const require = define(
  { params: ["string", "any"], context: true },
  (context: Context, field: string, value: unknown) => {
    if (value === null) throw new Error(`${field} is missing`);
    const kind = kindOf(value, "int");
    const empty =
      typeof value === "string" ? value.trim() === "" : (kind === "list" || kind === "map") && !truth(value, context);
    if (empty) throw new Error(`${field} is empty`);
    return value;
  },
);
