/** An HTML mail of 2 KB, escaped by context: for one profile, and for a thousand different ones. */
import assert from "node:assert/strict";
import { compile } from "../../src/index.ts";
import { race, read, timed } from "./clock.ts";
import { startGo } from "./go.ts";
import { profiles } from "./profiles.ts";
import { beside, duration, perSecond, printRows } from "./table.ts";
import { htmlTemplates } from "./texts.ts";

const renders = 1_000;
const everyone = profiles(1000);
const template = compile(htmlTemplates.mail, { escape: "html" });
const unescaped = compile(htmlTemplates.mail);

for (const audience of [everyone.slice(0, 1), everyone]) {
  const go = startGo(audience);
  const texts = audience.map((profile) => template.render(profile));
  if (go) assert.deepEqual(await go.texts("mail"), texts);
  const times = renders / audience.length;
  const round = (one: typeof template) => () =>
    timed(renders, () => {
      for (let i = 0; i < times; i++) for (const profile of audience) read(one.render(profile));
    });
  const { tocsin, ...peers } = await race(
    { tocsin: round(template), unescaped: round(unescaped), go: () => go?.render("mail", times) ?? Number.NaN },
    50,
  );
  go?.close();
  printRows(
    {
      measured: `an HTML mail for ${audience.length === 1 ? "one profile" : "1,000 different profiles"}`,
      ours: `${duration(tocsin)}, ${perSecond(tocsin)}`,
    },
    ...(go ? [beside(`Go html/template (${go.version})`, tocsin, peers.go, "≥ 10× faster")] : []),
    beside("the same without escaping", tocsin, peers.unescaped),
  );
}
