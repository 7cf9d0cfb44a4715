/** Parsing and resolving the body; Handlebars generates JavaScript, which it compiles at the first render. */
import { compile } from "../../src/index.ts";
import { race, timed } from "./clock.ts";
import { startGo } from "./go.ts";
import { createHandlebars } from "./handlebars.ts";
import { profiles } from "./profiles.ts";
import { beside, duration, perSecond, printRows } from "./table.ts";
import { handlebarsTemplates, templates } from "./texts.ts";

const someone = profiles(1);
const go = startGo(someone);
const handlebars = createHandlebars();
const times = 200;

const round = (run: () => void) => () =>
  timed(times, () => {
    for (let i = 0; i < times; i++) run();
  });
const { tocsin, ...peers } = await race(
  {
    tocsin: round(() => compile(templates.body)),
    handlebars: round(() => handlebars.compile(handlebarsTemplates.body, { noEscape: true })(someone[0])),
    go: () => go?.compile("body", times) ?? Number.NaN,
  },
  60,
);
go?.close();

printRows(
  { measured: "compile a body", ours: `${duration(tocsin)}, ${perSecond(tocsin)}` },
  ...(go ? [beside(`Go text/template (${go.version})`, tocsin, peers.go, "≤ 2× slower")] : []),
  beside("Handlebars 4, with a first render", tocsin, peers.handlebars),
);
