/**
 * Editor support for templates, in a browser or anywhere else. In: the text of a template as it is being typed, and an offset
 * in it. Out: what could be written there, what is known of what is there, and where that is defined.
 *
 * Nothing here reads files or knows an editor's protocol: `src/lsp` speaks the Language Server Protocol with it. `probe.ts`
 * walks a template to one place in it, for `completion.ts`, `hover.ts` and `definition.ts`; `function-docs.ts` is generated.
 */
export { type Completion, type CompletionKind, completionsAt } from "./completion.ts";
export { definitionAt } from "./definition.ts";
export { functionDoc } from "./docs.ts";
export { type Hover, hoverAt } from "./hover.ts";
export type { TemplateText } from "./text.ts";
