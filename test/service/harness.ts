import { type FakeChannel, fake } from "../../src/channels/fake.ts";
import { createDispatcher } from "../../src/dispatch/index.ts";
import { alerting, sprig } from "../../src/functions/index.ts";
import { compileAlert } from "../../src/index.ts";
import { createKey, createService, revokeKey, type Service, type ServiceOptions } from "../../src/service/index.ts";
import type { EngineStore, Scope } from "../../src/store/index.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { createEngine, type DesiredState, type Engine, type EngineOptions } from "../../src/triggers/index.ts";

/** 2026-03-02 12:00 UTC. */
export const noon = Date.UTC(2026, 2, 2, 12);

/** Whose key: one with a scope, one that was revoked, one that never was, or none. */
export type Who = Scope | "all" | "revoked" | "unknown" | "nobody";

/** All of the program in memory, behind a service, with a clock that only tests move. */
export interface Harness {
  readonly service: Service;
  readonly store: EngineStore;
  readonly engine: Engine;
  readonly crm: FakeChannel;
  readonly problems: { readonly about: object; readonly message: string }[];
  now: number;
  readonly secrets: Readonly<Record<Who, string | undefined>>;
  /** Sends a request with all scopes, unless `who` says otherwise. */
  request(method: Method, url: string, body?: unknown, more?: More): Promise<TestResponse>;
  close(): Promise<void>;
}

export type Method = "GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "PATCH" | "OPTIONS";

export interface More {
  readonly who?: Who;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestResponse {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what tests look at
  readonly body: any;
  readonly text: string;
}

export async function harness(
  options: Partial<ServiceOptions> = {},
  store: EngineStore = memoryStore(),
  more: Partial<EngineOptions> = {},
): Promise<Harness> {
  const crm = fake();
  const self = { now: noon };
  const clock = (): number => self.now;
  const templates = { functions: [sprig, alerting], clock: () => new Date(self.now) };
  const channels = { crm };
  const engine = createEngine({ store, channels, templates, clock, ...more });
  const render = (profile: unknown, template: unknown) => compileAlert(template as never, templates).render(profile);
  const dispatcher = createDispatcher({ store, channels, render, clock });
  const problems: { readonly about: object; readonly message: string }[] = [];
  const service = createService({
    engine,
    store,
    dispatcher,
    channels,
    templates,
    clock,
    version: "1.2.3",
    log: { info: () => {}, warn: () => {}, error: (about, message) => problems.push({ about, message }) },
    metrics: { contentType: "text/plain; version=0.0.4; charset=utf-8", text: async () => "tocsin_up 1\n" },
    ...options,
  });
  const keyFor = async (...scopes: Scope[]) => createKey(store.keys, { name: scopes.join(" "), scopes }, noon);
  const revoked = await keyFor("collect", "read", "write");
  await revokeKey(store.keys, revoked.key.id, noon);
  const secrets: Record<Who, string | undefined> = {
    collect: (await keyFor("collect")).secret,
    read: (await keyFor("read")).secret,
    write: (await keyFor("write")).secret,
    all: (await keyFor("collect", "read", "write")).secret,
    revoked: revoked.secret,
    unknown: `tocsin_${"A".repeat(43)}`,
    nobody: undefined,
  };
  return Object.assign(self, {
    service,
    store,
    engine,
    crm,
    problems,
    secrets,
    async request(method: Method, url: string, body?: unknown, { who = "all", headers = {} }: More = {}) {
      const secret = secrets[who];
      const raw = typeof body === "string" || Buffer.isBuffer(body);
      const answer = await service.app.inject({
        method,
        url,
        headers: {
          ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { payload: raw ? body : JSON.stringify(body) }),
      });
      const type = answer.headers["content-type"] as string | undefined;
      const isJson = /\bjson\b/.test(type ?? "");
      return {
        status: answer.statusCode,
        type,
        headers: answer.headers,
        body: isJson && answer.body !== "" ? JSON.parse(answer.body) : undefined,
        text: answer.body,
      };
    },
    async close() {
      await service.close();
      await dispatcher.close();
      await store.close();
    },
  });
}

/** Declares, and does all that is due. */
export async function declare(
  { engine, now }: Harness,
  definitions: DesiredState["definitions"],
  states?: DesiredState["states"],
) {
  await engine.apply({ origin: "api", definitions, states });
  for (;;) {
    const next = await engine.tick();
    if (next === undefined || next > now) return;
  }
}

/** A bit of each thing. */
export const program = {
  stream: {
    shop: {
      identifiers: { email: "{{ .email }}" },
      fields: { email: "{{ .email }}", visits: { path: "visits" } },
      key: "{{ .id }}",
    },
  },
  audience: { regulars: { where: "gt .visits 3" } },
  trigger: {
    welcome: {
      on: { enter: "regulars" },
      send: [{ channel: "crm", to: "{{ .email }}" }],
      alert: { title: "Hey {{ .name }}" },
    },
  },
} as const satisfies DesiredState["definitions"];
