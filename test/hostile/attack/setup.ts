import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Defines legitimate alerts, and everything whose cost depends on input. */
export function writeProgram(folder: string, ports: { honest: number; hostile: number; mail: number }): string {
  const file = join(folder, "tocsin.yaml");
  const key = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
  writeFileSync(
    file,
    `
store: { file: tocsin.db }
guard: { allow: [127.0.0.1] }
serve:
  limits: { rate: { count: 10000000, per: 1m } }
channels:
  crm: { kind: webhook, url: "http://127.0.0.1:${ports.honest}/", keys: ["${key}"], limits: { concurrency: 32 } }
  wild:
    kind: webhook
    url: http://127.0.0.1:${ports.hostile}/
    timeout: 2s
    retry: { wait: [1s, 1s, 1s] }
    limits: { breaker: { failures: 1000000, resetTimeout: 1s } }
  mail:
    kind: email
    host: 127.0.0.1
    port: ${ports.mail}
    starttls: "off"
    timeouts: { connect: 2s, greeting: 2s, idle: 2s, total: 5s }
    from: alerts@example.com
    to: "{{ .email }}"
    retry: { wait: [1s, 1s, 1s] }
profiles:
  identifiers: { user: }
streams:
  shop:
    identifiers: { user: "{{ .user }}" }
    fields: { last: { path: value }, size: { template: "{{ len .value }}", as: number } }
  signed:
    verify: { standard: ["${key}"] }
    identifiers: { user: "{{ .user }}" }
    fields: { last: { path: value } }
  hmac:
    verify: { hmac: { secrets: [secret], header: X-Signature } }
    identifiers: { user: "{{ .user }}" }
audiences:
  vips: { where: .vip }
  heavy: { where: 'and .value (contains "needle" (printf "%v" .value | upper | lower))' }
triggers:
  vip: { on: { enter: vips }, send: [{ channel: crm }], alert: { title: "{{ .vip }}" }, state: active }
  costly:
    on: { event: shop }
    send: [{ channel: wild }]
    alert: { title: '{{ range $a := .trigger.event.value }}{{ range $b := $.trigger.event.value }}{{ end }}{{ end }}done' }
    state: active
  heavy: { on: { enter: heavy }, send: [{ channel: wild }, { channel: mail }], alert: { title: heavy }, state: active }
  wild:
    on: { change: [wild] }
    send: [{ channel: wild }, { channel: mail }]
    alert: { title: "wild {{ .wild }}" }
    state: active
`,
  );
  return file;
}
