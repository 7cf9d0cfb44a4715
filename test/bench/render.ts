/** A body of 300 bytes and a title of one field, compiled once, for a thousand different profiles. */
import assert from "node:assert/strict";
import { compile } from "../../src/index.ts";
import { race, read, timed } from "./clock.ts";
import { startGo } from "./go.ts";
import { compileHandlebars } from "./handlebars.ts";
import { type Profile, profiles } from "./profiles.ts";
import { beside, duration, perSecond, printRows } from "./table.ts";
import { byHand, type Part, templates } from "./texts.ts";

const everyone = profiles(1000);
const go = startGo(everyone);
await compare("body", 200, 1);
await compare("title", 200, 10);
go?.close();

/** @param times that a round goes through all profiles */
async function compare(part: Part, rounds: number, times: number): Promise<void> {
  const template = compile(templates[part]);
  const render = {
    tocsin: (profile: Profile) => template.render(profile),
    handlebars: compileHandlebars(part),
    byHand: byHand[part],
  };
  const texts = everyone.map(render.tocsin);
  assert.deepEqual(everyone.map(render.handlebars), texts);
  assert.deepEqual(everyone.map(render.byHand), texts);
  if (go) assert.deepEqual(await go.texts(part), texts);

  const round = (run: (profile: Profile) => string) => () =>
    timed(times * everyone.length, () => {
      for (let i = 0; i < times; i++) for (const profile of everyone) read(run(profile));
    });
  const { tocsin, ...peers } = await race(
    {
      tocsin: round(render.tocsin),
      handlebars: round(render.handlebars),
      byHand: round(render.byHand),
      go: () => go?.render(part, times) ?? Number.NaN,
    },
    rounds,
  );

  printRows(
    { measured: `render a ${part}`, ours: `${duration(tocsin)}, ${perSecond(tocsin)}` },
    ...(go ? [beside(`Go text/template (${go.version})`, tocsin, peers.go, "≥ 10× faster")] : []),
    beside("Handlebars 4, compiled", tocsin, peers.handlebars, "≥ 4× faster"),
    beside("a TypeScript function", tocsin, peers.byHand, "≤ 3× slower"),
  );
}
