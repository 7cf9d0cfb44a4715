/** One of several processes on one file. `child.ts FILE NAME COUNT`: hands over so many, and delivers until all is settled. */
import { fake } from "../../src/channels/fake.ts";
import { createDispatcher } from "../../src/dispatch/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";

const [file, name, count] = process.argv.slice(2) as [string, string, string];
const store = sqliteStore(file);
const crm = fake();
const dispatcher = createDispatcher({ store, channels: { crm }, poll: 20 });
const requests = Array.from({ length: Number(count) }, (_, i) => ({
  channel: "crm",
  to: `${i % 5}`,
  alert: { title: `${name} ${i}` },
  // Half of the keys are everyone's.
  idempotencyKey: i % 2 === 0 ? `${i}` : `${name} ${i}`,
}));
const results = await Promise.all(requests.map((request) => dispatcher.send(request)));
await dispatcher.drain("settled");
await dispatcher.close();
await store.close();
const ids = results.map(({ id }) => id);
process.stdout.write(JSON.stringify({ ids, delivered: crm.delivered.map(({ id }) => id) }));
