/** Lists of what is kept, with few and with many deliveries, events and firings: a page costs the same. */
import Database from "better-sqlite3";
import type { EngineStore } from "../../src/store/index.ts";
import { median } from "./clock.ts";
import { withStore } from "./durable.ts";
import { beside, duration, printRows } from "./table.ts";

const upTo = "with recursive n(i) as (select 1 union all select i + 1 from n where i <";

/** As it is after a while: nearly all went well, to one receiver and to many devices; hardly anything has just failed. */
const filled = (count: number) => `
  insert into names (id, name) values (1, 'shop'), (2, 'welcome');
  insert into profiles (id, fields, created_at, updated_at, version)
    ${upTo} ${count}) select 'pro_' || i, '{}', i, i, 1 from n;
  insert into channels (id, name) values (1, 'crm'), (2, 'push');
  insert into destinations (id, channel, name) values (1, 1, 'receiver'), (2, 1, 'failing');
  insert into destinations (id, channel, name) ${upTo} 5000) select 2 + i, 2, 'device ' || i from n;
  insert into deliveries (id, channel, destination, state, rank, due, created_at, since, settled_at, size)
    ${upTo} ${count}) select 'msg_' || i, 1 + i % 2, iif(i = 100, 2, iif(i % 2 = 0, 1, 3 + i % 5000)), iif(i = 100, 4, 3), 1,
    i, i, i, i, 0 from n;
  insert into counts (channel, state, n) select channel, state, count(*) from deliveries group by channel, state;
  insert into events (id, stream, received_at, payload, profile, problem)
    ${upTo} ${count}) select 'evt_' || i, 1, i, '{}', 1 + i % 2, iif(i = 100, 'no', null) from n;
  insert into firings (id, trigger, profile, cause, at, state, settled_at, run)
    ${upTo} ${count}) select 'fir_' || i, 2, 1 + i % 2, '{}', i, iif(i = 100, 4, 1), i, iif(i % 2 = 0, 'run_1', null) from n;
`;

const limit = 100;
const lists: Readonly<Record<string, (store: EngineStore) => Promise<unknown>>> = {
  "deliveries, the newest": ({ outbox }) => outbox.list({ limit }),
  "deliveries of one destination": ({ outbox }) => outbox.list({ limit, destination: "receiver" }),
  "deliveries of a destination that is not there": ({ outbox }) => outbox.list({ limit, destination: "none" }),
  "pending deliveries, of which there are none": ({ outbox }) => outbox.list({ limit, state: "pending" }),
  "dead letters of one channel, of which there are none": ({ outbox }) =>
    outbox.list({ limit, channel: "push", state: "dead" }),
  "deliveries by state, counted": ({ outbox }) => outbox.stats(),
  "events with a problem": ({ events }) => events.list({ limit, problems: true }),
  "events of a profile": ({ events }) => events.list({ limit, profile: "pro_2" }),
  "firings of a profile that failed": ({ firings }) => firings.list({ limit, profile: "pro_2", state: "failed" }),
  "firings of a run for one profile": ({ firings }) => firings.list({ limit, run: "run_1", profile: "pro_2" }),
  "profiles, the first": ({ profiles }) => profiles.list({ limit }),
  "profiles, counted": ({ profiles }) => profiles.count(),
};

/** The median of each, in ns. */
async function measure(count: number): Promise<Readonly<Record<string, number>>> {
  return withStore(async (store, file) => {
    const db = new Database(file);
    db.exec(filled(count));
    db.pragma("wal_checkpoint(truncate)");
    db.close();
    const medians: Record<string, number> = {};
    for (const [name, list] of Object.entries(lists)) {
      const times: number[] = [];
      for (let i = 0; i < 60; i++) {
        const start = process.hrtime.bigint();
        await list(store);
        if (i >= 10) times.push(Number(process.hrtime.bigint() - start));
      }
      medians[name] = median(times);
    }
    return medians;
  });
}

const [few, many] = [await measure(20_000), await measure(1_000_000)];
for (const name of Object.keys(lists)) {
  printRows(
    { measured: `list: ${name}, of 1,000,000`, ours: duration(many[name]!) },
    beside("of 20,000", many[name]!, few[name]!, "≤ 2× slower"),
  );
}
