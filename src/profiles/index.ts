/**
 * Resolves identities and merges updates into profiles. In: updates and events, each about one person. Out: profiles, one
 * for each person, and how they changed. Nothing here renders an alert or knows why one would be sent.
 */
export * from "./apply.ts";
export * from "./definition.ts";
export { identifierKey, identityOf } from "./identity.ts";
export { changedFields, MergeError, mergeFields } from "./merge.ts";
export * from "./pick.ts";
export { type ProfileSettings, resolveProfiles, SettingsError } from "./settings.ts";
export * from "./stream.ts";
export { undoMerge } from "./undo-merge.ts";
export type * from "./update.ts";
