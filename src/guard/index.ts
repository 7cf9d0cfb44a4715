/**
 * Where a connection may go. In: a host and a port that a profile, a template or a configuration named, and a policy. Out:
 * a socket connected to an address that was checked, or a GuardError.
 */
export {
  createGuard,
  type Guard,
  GuardError,
  type GuardPolicy,
  type GuardRule,
  type Resolve,
  type Target,
} from "./guard.ts";
