import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import type { DispatchEvent } from "../dispatch/index.ts";
import type { EngineEvent } from "../triggers/index.ts";
import { pseudonym, redacted } from "./redact.ts";

/** Creates a logger whose errors say what failed and where, without personal data. */
export function createLogger(level: string, stream: DestinationStream): Logger {
  const serializers = { err: (error: unknown) => (error instanceof Error ? serializeError(error) : error) };
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, serializers }, stream);
}

const serializeError = (error: Error) => ({
  message: redacted(error.message),
  code: codeOf(error),
  at: error.stack?.match(/^ +at .+$/gm)?.map((frame) => frame.trim()),
});

/** Logs each event of the dispatcher: problems as warnings, successes as `debug`, deliveries as `info`. */
export function eventLog(logger: Logger): (event: DispatchEvent) => void {
  return (event) => {
    if (event.type === "error") {
      const { doing, error } = event;
      logger.error({ err: { message: redacted(messageOf(error)), code: codeOf(error) } }, `failed: ${doing}`);
      return;
    }
    const { type, at: _at, ...rest } = event;
    const { destination, reason, outcome, ...plain } = rest as {
      destination?: string;
      reason?: string;
      outcome?: { kind: string; reason?: string };
    };
    const why = reason ?? outcome?.reason;
    const fields = {
      event: type,
      ...plain,
      ...(destination !== undefined && { destination: pseudonym(destination) }),
      ...(outcome && { outcome: outcome.kind }),
      ...(why !== undefined && { reason: redacted(why) }),
    };
    logger[levelOf(event)](fields, type);
  };
}

function levelOf(event: DispatchEvent): "debug" | "info" | "warn" {
  switch (event.type) {
    case "attempt":
      return event.outcome.kind === "delivered" ? "debug" : "warn";
    case "settled":
      return event.state === "delivered" ? "info" : "warn";
    case "held":
    case "disabled":
    case "lost":
      return "warn";
    default:
      return "debug";
  }
}

/** Logs the engine's events: a paused trigger as an error, failures as warnings, the rest as `debug`. */
export function engineLog(logger: Logger): (event: EngineEvent) => void {
  return ({ type, ...rest }) => {
    const { state, reason, ...plain } = rest as { state?: string; reason?: string };
    const level = type === "trigger-failed" ? "error" : state === "failed" || type === "undecided" ? "warn" : "debug";
    logger[level](
      { event: type, ...plain, ...(state && { state }), ...(reason !== undefined && { reason: redacted(reason) }) },
      type,
    );
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
