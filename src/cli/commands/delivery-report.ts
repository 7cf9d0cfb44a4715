import { formatElapsed } from "../../base/duration.ts";
import { visible } from "../../base/visible.ts";
import type { Attempt, StoredDelivery } from "../../store/index.ts";

/** A delivery from hand-over to its last answer, in words. @param now ms since 1970 */
export function story(kept: StoredDelivery, now: number): string {
  const lines = [`${kept.id}: ${ending(kept, now)}`, "", ...facts(kept), ""];
  lines.push(
    `${time(kept.createdAt)}  handed over${kept.idempotencyKey ? ` with the key ${kept.idempotencyKey}` : ""}`,
  );
  for (const attempt of kept.journal) lines.push(...attemptLines(attempt));
  if (kept.settledAt !== undefined) lines.push(`${time(kept.settledAt)}  ${kept.state}${because(kept.reason)}`);
  else if (kept.leasedUntil !== undefined && kept.leasedUntil > now) {
    lines.push(`${time(now)}  being tried; held until ${time(kept.leasedUntil)}`);
  } else if (kept.due !== undefined)
    lines.push(`${time(kept.due)}  ${kept.due > now ? "will be tried" : "waits to be tried"}`);
  return `${lines.map(visible).join("\n")}\n`;
}

function ending(kept: StoredDelivery, now: number): string {
  const { state, attempts, createdAt, settledAt, reason } = kept;
  const tried = attempts === 0 ? "never tried" : attempts === 1 ? "tried once" : `tried ${attempts} times`;
  switch (state) {
    case "delivered":
      return `delivered ${formatElapsed(settledAt! - createdAt)} after it was handed over, ${tried}`;
    case "dead":
      return `given up, ${tried}${because(reason)}`;
    case "cancelled":
      return `cancelled, ${tried}${because(reason)}`;
    case "aborted":
      return `not sent, as the template said${because(reason)}`;
    case "pending":
      return `not delivered yet, ${tried}, waiting for ${formatElapsed(now - createdAt)}${because(reason)}`;
    default:
      return state satisfies never;
  }
}

const because = (reason: string | undefined): string => (reason === undefined ? "" : `: ${reason}`);

function facts({ channel, destination, to, alert, erased, replayOf, orderingKey, priority }: StoredDelivery): string[] {
  const rows: [string, string | undefined][] = [
    ["channel", channel],
    ["to", to === undefined ? destination : typeof to === "string" ? to : JSON.stringify(to)],
    ["priority", priority === "normal" ? undefined : priority],
    ["ordered by", orderingKey],
    ["again for", replayOf],
    ...(["title", "subtitle", "body", "html"] as const).map((part): [string, string | undefined] => [
      part,
      alert?.[part],
    ]),
    ["content", erased ? "erased" : undefined],
  ];
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [`  ${`${name}:`.padEnd(12)}${indent(text)}`]));
}

const indent = (text: string): string => text.trimEnd().replaceAll("\n", `\n${" ".repeat(14)}`);

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
