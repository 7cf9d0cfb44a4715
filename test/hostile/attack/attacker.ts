/** Posts all of the hostile corpus at a service, until its parent tells it to stop; then says what was answered. */
import { lanes, slowConnections } from "./lanes.ts";
import { ask, stranger } from "./requests.ts";

/** By lane how often which status was answered; 0 is none. */
export type Counts = Record<string, Record<number, number>>;

const [port, key, bytes] = [Number(process.argv[2]), process.argv[3]!, Number(process.argv[4])];
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

const all = lanes(key, bytes);
process.send!("ready");
process.on("message", () => {
  over = true;
});
const [slow] = await Promise.all([slowConnections(port, 60, () => over), ...all.map(go)]);
process.send!({ ...counts, "slow connections and what is no HTTP": { 0: slow } } satisfies Counts, () =>
  process.exit(),
);
