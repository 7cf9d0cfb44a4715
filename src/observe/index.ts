/**
 * What happens, for those who run it. In: the dispatcher's and the engine's events. Out: log lines, metrics, traces and a health endpoint;
 * none of them holds an alert, a profile, a secret or an address.
 */
export { createLogger, engineLog, eventLog } from "./log.ts";
export { eventMetrics } from "./metrics.ts";
export { pseudonym, redacted } from "./redact.ts";
export { type Health, serveMetrics } from "./server.ts";
export { eventTraces } from "./traces.ts";
