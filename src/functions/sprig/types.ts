import { define, type FunctionSet, typeName } from "../../template/index.ts";
import { deepEqual } from "./equal.ts";
import { goKind } from "./value.ts";

/** Returns Go's names for the type of a value and for its kind, which the type is made of. */

const typeIsLike = define({ params: ["string", "any"], context: true }, ({ numbers }, name: string, value) => {
  const type = typeName(value, numbers);
  return name === type || `*${name}` === type;
});

export const types = {
  /** `deepEqual A B`: whether A and B have the same type and content. `{{ deepEqual (list 1 2) (list 1 2) }}` → `true` */
  deepEqual: define({ params: ["any", "any"], context: true }, (context, a, b) => deepEqual(a, b, context)),
  /** `kindIs KIND VALUE`: whether VALUE is of that kind. `{{ kindIs "slice" (list 1) }}` → `true` */
  kindIs: define(
    { params: ["string", "any"], context: true },
    ({ numbers }, kind, value) => goKind(value, numbers) === kind,
  ),
  /** `kindOf VALUE`: the kind of VALUE. `{{ kindOf (dict "a" 1) }}` → `map` */
  kindOf: define({ params: ["any"], context: true }, ({ numbers }, value) => goKind(value, numbers)),
  /** `typeIs TYPE VALUE`: whether VALUE is of that type. `{{ typeIs "string" "a" }}` → `true` */
  typeIs: define(
    { params: ["string", "any"], context: true },
    ({ numbers }, type, value) => typeName(value, numbers) === type,
  ),
  /** `typeIsLike TYPE VALUE`: whether VALUE is of that type, or a pointer to it. `{{ semver "1.2.3" | typeIsLike "semver.Version" }}` → `true` */
  typeIsLike,
  /** `typeOf VALUE`: the type of VALUE. `{{ typeOf (list 1) }}` → `[]interface {}` */
  typeOf: define({ params: ["any"], context: true }, ({ numbers }, value) => typeName(value, numbers)),
} satisfies FunctionSet;
