/** Hands over and delivers until it is killed. Says each delivery that was accepted. `child.ts FILE PORT NAME` */
import { writeSync } from "node:fs";
import { createDispatcher } from "../../src/dispatch/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { post } from "./channel.ts";

const [file, port, name] = process.argv.slice(2) as [string, string, string];
const dispatcher = createDispatcher({
  store: sqliteStore(file),
  channels: { post: post(Number(port)) },
  lease: 300,
  poll: 20,
});
dispatcher.start();
writeSync(1, "ready\n");
for (let i = 0; ; i++) {
  // Each key is handed over twice, often in different lives of different processes.
  const keys = Array.from({ length: 4 }, (_, k) => `${name.slice(0, -1)}${Math.floor(i / 2)}-${k}`);
  await Promise.all(
    keys.map(async (key, k) => {
      const alert = { title: key };
      const { id } = await dispatcher.send({ channel: "post", to: `/${k}`, alert, idempotencyKey: key });
      writeSync(1, `${id} ${key}\n`);
    }),
  );
  await new Promise(setImmediate);
}
