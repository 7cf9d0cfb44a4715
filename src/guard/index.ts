/**
 * Decides where connections may go (SSRF protection). In: a host and a port that a profile, a template or a configuration named, and
 * a policy. Out: a socket connected to a checked address, or a GuardError.
 */
export {
  type ConnectTarget,
  createGuard,
  type Guard,
  GuardError,
  type GuardPolicy,
  type GuardRule,
  type Resolve,
} from "./guard.ts";
