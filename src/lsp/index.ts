/**
 * Editor support, as the Language Server Protocol has it. In: documents as they are typed. Out: what is wrong with them, and
 * what could stand, is meant or is defined at a place.
 *
 * `server.ts` is the conversation; `document.ts` says where templates stand in a document; `probe.ts` walks a template to one
 * place in it, for `completion.ts`, `hover.ts` and `definition.ts`; `actions.ts` are the fixes.
 */
export { type ServerOptions, serve } from "./server.ts";
