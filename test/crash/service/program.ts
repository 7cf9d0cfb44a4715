import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Members of what a scheduled run goes through. */
export const readers = 3;

/** Defines a trigger for every cause; each alert says what caused it. */
export function writeProgram(folder: string, receiver: number, state: "active" | "draft" = "active"): string {
  const alert = (title: string) => `{ title: '${title}' }`;
  const send = "[{ channel: crm }]";
  const file = join(folder, "tocsin.yaml");
  writeFileSync(
    file,
    `
store: { file: tocsin.db }
guard: { allow: [127.0.0.1] }
work: { lease: 500ms }
serve:
  limits: { rate: { count: 1000000, per: 1m } }
channels:
  crm:
    kind: webhook
    url: http://127.0.0.1:${receiver}/
    keys: [whsec_${Buffer.alloc(24, 7).toString("base64")}]
    retry: { wait: { base: 20ms, cap: 100ms } }
    limits: { concurrency: 16, breaker: { failures: 1000, resetTimeout: 50ms } }
    body: '{{ printf "%s%s" .alert.title (ternary " (backfill)" "" .options.data.trigger.backfill) }}'
profiles:
  identifiers: { user: }
streams:
  orders:
    key: '{{ .user }}-{{ .order }}'
    identifiers: { user: '{{ .user }}' }
    fields:
      user: { path: user }
      score: { path: score }
      order: { path: order }
      level: { template: '{{ if ge .score 75 }}gold{{ else }}plain{{ end }}', as: text }
audiences:
  high: { where: ge (or .score 0) 50 }
  members: { where: eq .kind "member" }
  readers: { where: eq .kind "reader" }
triggers:
  entered: { on: { enter: high }, send: ${send}, alert: ${alert("entered {{ .user }} {{ .order }}")}, state: ${state} }
  left: { on: { exit: high }, send: ${send}, alert: ${alert("left {{ .user }} {{ .order }}")}, state: ${state} }
  ordered: { on: { event: orders }, send: ${send}, alert: ${alert("ordered {{ .user }} {{ .trigger.event.order }}")}, state: ${state} }
  levelled: { on: { change: [level] }, send: ${send}, alert: ${alert("levelled {{ .user }} {{ .order }}")}, state: ${state} }
  stayed: { on: { enter: high }, dwell: 300ms, send: ${send}, alert: ${alert("stayed {{ .user }} {{ .trigger.at }}")}, state: ${state} }
  gathered: { on: { event: orders }, digest: { window: 400ms, maxEvents: 7 }, send: ${send}, state: ${state},
    alert: ${alert("gathered {{ .user }} {{ range .trigger.events }}{{ .event.order }} {{ end }}")} }
  welcome: { on: { enter: members }, send: ${send}, alert: ${alert("welcome {{ .user }}")}, state: ${state} }
  paper: { on: { schedule: "* * * * * *", audience: readers }, send: ${send}, alert: ${alert("paper {{ .user }} {{ .trigger.at }}")}, state: ${state} }
`,
  );
  return file;
}
