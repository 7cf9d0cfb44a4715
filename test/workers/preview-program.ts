import { sprig } from "../../src/functions/index.ts";
import { createWorkerPool, toPortable } from "../../src/workers/index.ts";

// Run as it is, and bundled: prints what comes of a preview.
const pool = createWorkerPool();
const options = (await toPortable({ functions: [sprig] }))!;
const render = (title: string) =>
  pool.run("preview", { template: { title }, profile: { name: "ada" }, options }, { timeout: 20_000 });
console.log(JSON.stringify(await render("{{ .name | upper }}")));
console.log(await render("{{ .name.x }}").catch((error) => `${error.constructor.name}: ${error}`));
