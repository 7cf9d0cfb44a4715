/**
 * Functions that templates may call beyond Go's own. In: checked arguments. Out: a value; what is thrown becomes Go's
 * `error calling NAME: …`.
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
