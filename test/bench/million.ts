/** A million different profiles through one compiled alert, made on the fly. Only rendering is timed. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compileAlert } from "../../src/index.ts";
import { read, timed } from "./clock.ts";
import { type Profile, profileJson, seeded } from "./profiles.ts";
import { duration, perSecond, printRows, thousands } from "./table.ts";
import { templates } from "./texts.ts";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

const alert = compileAlert({
  ...templates,
  subtitle: '{{ len .items }} items{{ with .city }} to {{ . }}{{ end }}, order {{ printf "%07d" .id }}',
});
const random = seeded(2);
const million = 1_000_000;
const batch = 1000;
let ns = 0;
let rendered = 0;

function renderUpTo(count: number): void {
  while (rendered < count) {
    const profiles: Profile[] = [];
    for (let i = 0; i < batch; i++) profiles.push(JSON.parse(profileJson(rendered++, random)));
    ns += batch * timed(batch, () => profiles.forEach(render));
  }
}

function render(profile: Profile): void {
  const { title, subtitle, body } = alert.render(profile);
  read(title!);
  read(subtitle!);
  read(body!);
}

function memory(): { heap: string; rss: string } {
  gc();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: `${(heapUsed / 2 ** 20).toFixed(1)} MiB`, rss: `${(rss / 2 ** 20).toFixed(0)} MiB` };
}

renderUpTo(million / 10);
const early = memory();
renderUpTo(million);
const late = memory();
printRows(
  {
    measured: "a million different profiles: title, subtitle, body",
    ours: `${perSecond(ns / million)}, ${duration(ns / million)} an alert`,
  },
  {},
);
printRows(
  { measured: "heap (resident) after that million", ours: `${late.heap} (${late.rss})` },
  { peer: `after ${thousands(million / 10)}`, theirs: `${early.heap} (${early.rss})`, target: "constant" },
);
