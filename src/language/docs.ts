import { functionDocs } from "./function-docs.ts";

/** The keywords that can start an action, with their use. */
export const keywords: Readonly<Record<string, string>> = {
  if: "{{ if CONDITION }} … {{ else }} … {{ end }}: the first part where CONDITION is not empty.",
  else: "{{ else }}, {{ else if CONDITION }}, {{ else with VALUE }}: what is rendered otherwise.",
  end: "Ends if, with, range, define and block.",
  range: "{{ range LIST }} … {{ end }}: once for each element, which is dot inside; $ is still the profile.",
  with: "{{ with VALUE }} … {{ end }}: where VALUE is not empty, with it as dot.",
  define: '{{ define "NAME" }} … {{ end }}: a template to be called by its name.',
  template: '{{ template "NAME" VALUE }}: what that template renders, with VALUE as its dot.',
  block: '{{ block "NAME" VALUE }} … {{ end }}: a template defined and called at once.',
  break: "Ends the range around it.",
  continue: "Goes on with the next element of the range around it.",
};

/** Go's own functions; the functions of sets are documented beside their code, from which `function-docs.ts` is generated. */
const builtins: Readonly<Record<string, string>> = {
  and: "`and VALUE…`: the first that is empty, else the last.",
  or: "`or VALUE…`: the first that is not empty, else the last.",
  not: "`not VALUE`: whether it is empty.",
  len: "`len VALUE`: how many elements, or bytes of text.",
  index: "`index VALUE KEY…`: the element that the keys lead to.",
  slice: "`slice VALUE FROM TO`: the elements, or bytes, from FROM until before TO.",
  print: "`print VALUE…`: as text, with spaces between values of which neither is text.",
  printf: '`printf FORMAT VALUE…`: as the format says. `{{ printf "%.2f" .price }}`',
  println: "`println VALUE…`: as text with spaces between and a line end.",
  html: "`html VALUE…`: as text that is safe in HTML.",
  js: "`js VALUE…`: as text that is safe in a JavaScript string.",
  urlquery: "`urlquery VALUE…`: as text that is safe in the query of a URL.",
  call: "`call FUNCTION VALUE…`: the result of a function that the data has.",
  eq: "`eq A B…`: whether A equals one of the others.",
  ne: "`ne A B`: whether they differ.",
  lt: "`lt A B`: whether A is less.",
  le: "`le A B`: whether A is less or the same.",
  gt: "`gt A B`: whether A is greater.",
  ge: "`ge A B`: whether A is greater or the same.",
};

/** Returns what the reference of functions says of a function, as Markdown. */
export function functionDoc(name: string): string | undefined {
  if (Object.hasOwn(builtins, name)) return builtins[name];
  return Object.hasOwn(functionDocs, name) ? functionDocs[name] : undefined;
}
