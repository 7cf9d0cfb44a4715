/** How long `tocsin render` takes from start to end, as it is built. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { race, timed } from "./clock.ts";
import { beside, duration, printRows } from "./table.ts";

const root = join(import.meta.dirname, "../..");
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const main = join(root, bin.tocsin);
const alert = join(root, "examples/alerts/order-shipped.yaml");
const profile = join(root, "examples/profile.json");

execFileSync("npm", ["run", "build"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const start = (args: readonly string[]) => () =>
  timed(1, () => execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] }));
const { tocsin, node } = await race(
  { tocsin: start([main, "render", alert, "--profile", profile]), node: start(["-e", "0"]) },
  20,
);
printRows(
  { measured: "`tocsin render`, from start to end", ours: duration(tocsin) },
  beside("`node -e 0`", tocsin, node, "≤ 200 ms"),
);
