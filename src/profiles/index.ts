/**
 * What is known of people. In: updates and events, each about somebody. Out: profiles, one a person, and what changed.
 * Nothing here renders an alert or knows why one would be sent.
 */
export * from "./definition.ts";
export type * from "./profile.ts";
export type * from "./store.ts";
