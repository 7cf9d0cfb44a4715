/**
 * Reports events to operators. In: events of the dispatcher and the engine. Out: log lines, metrics, traces and a health endpoint; none
 * of them contains an alert, a profile, a secret or an address.
 */
export { createLogger, engineLog, eventLog } from "./log.ts";
export { eventMetrics } from "./metrics.ts";
export { pseudonym, redacted } from "./redact.ts";
export { type Health, serveMetrics } from "./server.ts";
export { eventTraces } from "./traces.ts";
