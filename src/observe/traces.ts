import { SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { DispatchEvent } from "../dispatch/index.ts";
import { redacted } from "./redact.ts";

/**
 * Records a span for each attempt, by default with the global tracer: nothing happens until the process registers an OpenTelemetry
 * SDK. Attributes follow the semantic conventions for messaging.
 */
export function eventTraces(tracer: Tracer = trace.getTracer("tocsin")): (event: DispatchEvent) => void {
  return (event) => {
    if (event.type !== "attempt") return;
    const { outcome } = event;
    const span = tracer.startSpan(`send ${event.channel}`, {
      kind: SpanKind.PRODUCER,
      startTime: event.startedAt,
      attributes: {
        "messaging.system": "tocsin",
        "messaging.operation.name": "send",
        "messaging.destination.name": event.channel,
        "messaging.message.id": event.id,
        "tocsin.attempt": event.attempt,
        "tocsin.outcome": outcome.kind,
      },
    });
    if (outcome.kind !== "delivered") {
      span.setStatus({ code: SpanStatusCode.ERROR, message: redacted(outcome.reason) });
    }
    span.end(event.at);
  };
}
