import { formatElapsed } from "../../base/duration.ts";
import { escapeControls } from "../../base/escape-controls.ts";
import type { Attempt, StoredDelivery } from "../../store/index.ts";
import { plural } from "../plural.ts";

/** Describes a delivery in words, from when it was queued to its last response. @param now ms since 1970 */
export function deliveryReport(delivery: StoredDelivery, now: number): string {
  const lines = [`${delivery.id}: ${outcomeText(delivery, now)}`, "", ...facts(delivery), ""];
  lines.push(
    `${time(delivery.createdAt)}  queued${delivery.idempotencyKey ? `, idempotency key ${delivery.idempotencyKey}` : ""}`,
  );
  for (const attempt of delivery.journal) lines.push(...attemptLines(attempt));
  if (delivery.settledAt !== undefined)
    lines.push(`${time(delivery.settledAt)}  ${delivery.state}${because(delivery.reason)}`);
  else if (delivery.leasedUntil !== undefined && delivery.leasedUntil > now) {
    lines.push(`${time(now)}  attempt under way; leased until ${time(delivery.leasedUntil)}`);
  } else if (delivery.due !== undefined)
    lines.push(`${time(delivery.due)}  ${delivery.due > now ? "next attempt" : "due for an attempt"}`);
  return `${lines.map(escapeControls).join("\n")}\n`;
}

function outcomeText(delivery: StoredDelivery, now: number): string {
  const { state, attempts, createdAt, settledAt, reason } = delivery;
  const after = attempts === 0 ? "without an attempt" : `after ${plural(attempts, "attempt")}`;
  switch (state) {
    case "delivered":
      return `delivered ${after}, ${formatElapsed(settledAt! - createdAt)} after it was queued`;
    case "dead":
      return `failed for good ${after}${because(reason)}`;
    case "cancelled":
      return `cancelled ${after}${because(reason)}`;
    case "aborted":
      return `not sent: aborted by the template${because(reason)}`;
    case "pending":
      return `not delivered yet ${after}, queued ${formatElapsed(now - createdAt)} ago${because(reason)}`;
    default:
      return state satisfies never;
  }
}

const because = (reason: string | undefined): string => (reason === undefined ? "" : `: ${reason}`);

function facts({ channel, destination, to, alert, erased, replayOf, orderingKey, priority }: StoredDelivery): string[] {
  const rows: [string, string | undefined][] = [
    ["channel", channel],
    ["to", to === undefined || to === null ? destination : typeof to === "string" ? to : JSON.stringify(to)],
    ["priority", priority === "normal" ? undefined : priority],
    ["ordering key", orderingKey],
    ["replay of", replayOf],
    ...(["title", "subtitle", "body", "html"] as const).map((part): [string, string | undefined] => [
      part,
      alert?.[part],
    ]),
    ["content", erased ? "erased" : undefined],
  ];
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${`${name}:`.padEnd(14)}${indent(text)}`]));
}

const indent = (text: string): string => text.trimEnd().replaceAll("\n", `\n${" ".repeat(16)}`);

function attemptLines({ number, startedAt, endedAt, request, response, outcome }: Attempt): string[] {
  const took = formatElapsed(endedAt - startedAt);
  const lines = [
    `${time(startedAt)}  attempt ${number}, ${took}: ${outcome.kind}${"reason" in outcome ? because(outcome.reason) : ""}`,
  ];
  if (outcome.kind === "retry" && outcome.retryAfter !== undefined) {
    lines.push(`${gap}the receiver asked to wait ${formatElapsed(outcome.retryAfter)}`);
  }
  if (request) lines.push(`${gap}> ${request.line}`);
  if (response) lines.push(`${gap}< ${response.statusLine}`);
  if (response?.body && outcome.kind !== "delivered")
    lines.push(`${gap}< ${indentTo(response.body.slice(0, 500), `${gap}< `)}`);
  return lines;
}

const gap = " ".repeat(26);
const indentTo = (text: string, prefix: string): string => text.trimEnd().replaceAll("\n", `\n${prefix}`);

const time = (ms: number): string => new Date(ms).toISOString().replace("T", " ");
