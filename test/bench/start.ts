/** How long `tocsin render`, `--version` and `--help` take from start to end, as they are built. */
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
const { render, version, help, node } = await race(
  {
    render: start([main, "render", alert, "--profile", profile]),
    version: start([main, "--version"]),
    help: start([main, "--help"]),
    node: start(["-e", "0"]),
  },
  20,
);
const peer = "`node -e 0`";
printRows(
  { measured: "`tocsin render`, from start to end", ours: duration(render) },
  beside(peer, render, node, "≤ 200 ms"),
);
printRows({ measured: "`tocsin --version`", ours: duration(version) }, beside(peer, version, node, "≤ 2× slower"));
printRows({ measured: "`tocsin --help`", ours: duration(help) }, beside(peer, help, node, "≤ 2× slower"));
