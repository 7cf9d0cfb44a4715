/**
 * Holds the function sets that templates may use beyond Go's own functions. In: checked arguments. Out: a value; a thrown
 * error becomes Go's `error calling NAME: …`.
 */

export type { Context } from "../template/context.ts";
export {
  define,
  type FunctionSet,
  type ParamType,
  type Signature,
  type TemplateFunction,
} from "../template/function.ts";
export { type GoType, goType } from "../template/value.ts";
export { alerting } from "./alerting/index.ts";
export { alertmanagerData } from "./alertmanager/data.ts";
export { alertmanager } from "./alertmanager/index.ts";
export { content } from "./content.ts";
export { sprig } from "./sprig/index.ts";
