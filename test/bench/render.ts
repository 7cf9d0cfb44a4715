/**
 * A body of 300 bytes and a title of one field, compiled once: for one profile again and again, as benchmarks mostly do,
 * and for a thousand different ones, where V8 can no longer guess where a field is.
 */
import assert from "node:assert/strict";
import { compile } from "../../src/index.ts";
import { race, read, timed } from "./clock.ts";
import { type GoPeer, startGo } from "./go.ts";
import { compileHandlebars } from "./handlebars.ts";
import { type Profile, profiles } from "./profiles.ts";
import { beside, duration, perSecond, printRows } from "./table.ts";
import { byHand, type Part, templates } from "./texts.ts";

const everyone = profiles(1000);
for (const audience of [everyone.slice(0, 1), everyone]) {
  const go = startGo(audience);
  await compare("body", audience, go, 5_000);
  await compare("title", audience, go, 50_000);
  go?.close();
}

/** @param renders in each round */
async function compare(
  part: Part,
  audience: readonly Profile[],
  go: GoPeer | undefined,
  renders: number,
): Promise<void> {
  const rounds = 50;
  const times = renders / audience.length;
  const template = compile(templates[part]);
  const render = {
    tocsin: (profile: Profile) => template.render(profile),
    handlebars: compileHandlebars(part),
    byHand: byHand[part],
  };
  const texts = audience.map(render.tocsin);
  assert.deepEqual(audience.map(render.handlebars), texts);
  assert.deepEqual(audience.map(render.byHand), texts);
  if (go) assert.deepEqual(await go.texts(part), texts);

  const round = (run: (profile: Profile) => string) => () =>
    timed(renders, () => {
      for (let i = 0; i < times; i++) for (const profile of audience) read(run(profile));
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
    {
      measured: `a ${part} for ${audience.length === 1 ? "one profile" : "1,000 different profiles"}`,
      ours: `${duration(tocsin)}, ${perSecond(tocsin)}`,
    },
    ...(go ? [beside(`Go text/template (${go.version})`, tocsin, peers.go, "≥ 10× faster")] : []),
    beside("Handlebars 4, compiled", tocsin, peers.handlebars, "≥ 4× faster"),
    beside("a TypeScript function", tocsin, peers.byHand, "≤ 3× slower"),
  );
}
