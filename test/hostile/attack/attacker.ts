/**
 * Has receivers that nobody should have to deal with, and posts all of the hostile corpus at a service, until its parent tells it
 * to stop; then says what was answered.
 */
import { once } from "node:events";
import { hostileBodies } from "../corpus/bodies.ts";
import { lanes, slowConnections } from "./attack-lanes.ts";
import { hostileMailServer, hostileReceiver } from "./receivers.ts";
import { ask, stranger } from "./requests.ts";

/** By lane how often which status was answered; 0 is none. */
export type Counts = Record<string, Record<number, number>>;

/** Where its receivers are. */
export interface Ready {
  readonly hostile: number;
  readonly mail: number;
}

/** Whom to attack. */
export interface Target {
  readonly port: number;
  /** One that opens everything. */
  readonly key: string;
}

const counts: Counts = {};
let over = false;
let strangers = 0;

async function go({ name, width, strange = false, request }: ReturnType<typeof lanes>[number]): Promise<void> {
  counts[name] = {};
  let n = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (!over) {
        const from = strange ? stranger(strangers++) : "127.0.0.1";
        const { status } = await ask(port, request(n++), { from });
        counts[name]![status] = (counts[name]![status] ?? 0) + 1;
      }
    }),
  );
}

const [receiver, mail] = [await hostileReceiver(), await hostileMailServer()];
const bodies = hostileBodies(process.argv[2] === undefined ? undefined : Number(process.argv[2]));
process.send!({ hostile: receiver.port, mail: mail.port } satisfies Ready);
const [{ port, key }] = (await once(process, "message")) as [Target];
process.once("message", () => {
  over = true;
});
const [slow] = await Promise.all([slowConnections(port, 60, () => over), ...lanes(key, bodies).map(go)]);
process.send!({ ...counts, "slow connections and what is no HTTP": { 0: slow } } satisfies Counts, () =>
  process.exit(),
);
