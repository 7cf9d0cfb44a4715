/**
 * Editor support over the Language Server Protocol. In: documents as they are typed. Out: findings, fixes, completion, hover,
 * definitions and formatted text.
 *
 * `server.ts` holds the conversation; `document.ts` finds the templates in a document; `actions.ts` are the fixes. What is
 * known of a place in a template comes from `src/language`.
 */
export { serve } from "./server.ts";
