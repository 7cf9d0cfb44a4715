import type { Page } from "../../../src/base/page.ts";
import type { EngineStore } from "../../../src/store/index.ts";

interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
}

type List = (page: Paging) => Promise<Page<unknown>>;

/** Holds filters of lists; some records match them. */
const asked = {
  state: ["pending", "delivered", "dead", "cancelled", "aborted"],
  channel: ["crm", "mail", "none"],
  destination: ["a", "b", "none"],
  stream: ["shop", "site", "none"],
  problems: [true, false],
  trigger: ["welcome", "winback", "none"],
  profile: ["ada", "bob", "none"],
  firing: ["waiting", "sent", "aborted", "skipped", "failed"],
  run: ["run_1", "run_2", "none"],
  running: ["running", "paused", "done", "cancelled", "failed"],
} as const;

type Name = keyof typeof asked;
export type Query = Readonly<Record<string, unknown>>;

/** Every combination of these filters: each with every value, and left out. */
function queries(filters: Readonly<Record<string, Name>>): readonly Query[] {
  return Object.entries(filters).reduce<readonly Query[]>(
    (all, [filter, name]) =>
      all.flatMap((query) => [query, ...asked[name].map((value) => ({ ...query, [filter]: value }))]),
    [{}],
  );
}

/** The lists of a store that can be asked for a part, each with every combination of what can be asked. */
export const filtered = {
  outbox: queries({ state: "state", channel: "channel", destination: "destination" }),
  events: queries({ stream: "stream", profile: "profile", problems: "problems" }),
  firings: queries({ trigger: "trigger", profile: "profile", state: "firing", run: "run" }),
  runs: queries({ state: "running", trigger: "trigger" }),
} as const;

/** Every list of a store, as every filter has it, and what it is called. */
export function listsOf(store: EngineStore): readonly (readonly [name: string, list: List])[] {
  const named = (Object.keys(filtered) as (keyof typeof filtered)[]).flatMap((of) =>
    filtered[of].map((query): readonly [string, List] => [
      `${of} ${JSON.stringify(query)}`,
      (page) => (store[of] as { list(query: object): Promise<Page<unknown>> }).list({ ...query, ...page }),
    ]),
  );
  return [
    ...named,
    ["profiles", (page) => store.profiles.list(page)],
    ["members", (page) => store.memberships.members({ audience: "active", ...page })],
  ];
}
