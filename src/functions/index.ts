/**
 * Holds the function sets that templates may use beyond Go's own functions. In: checked arguments. Out: a value; a thrown
 * error becomes Go's `error calling NAME: …`.
 */
export {
  type Context,
  define,
  type FunctionSet,
  type GoType,
  goType,
  type ParamType,
  type Signature,
  type TemplateFunction,
} from "../template/index.ts";
export { alerting } from "./alerting/index.ts";
export { alertmanager, alertmanagerData } from "./alertmanager/index.ts";
export { content } from "./content.ts";
export { sprig } from "./sprig/index.ts";
