import { disagreements, list, unavailableReason, wrongQuiet, wrongSchedules } from "./gnu-date.ts";

/** Schedules and quiet hours in every zone that Node knows, from one year to another: `npm run schedules -- 2011 2021`. */

const [from = 2011, to = 2021] = process.argv.slice(2).map(Number);
const why = unavailableReason();
if (why !== undefined) throw new Error(why);

let zones = 0;
let firings = 0;
let ends = 0;
const wrong: string[] = [];
const outdated: string[] = [];
for (const zone of Intl.supportedValuesOf("timeZone")) {
  const listing = list(zone, from, to);
  if (disagreements(listing).length > 0) {
    outdated.push(zone);
    continue;
  }
  const schedules = wrongSchedules(listing);
  const quiet = wrongQuiet(listing);
  zones += 1;
  firings += schedules.compared;
  ends += quiet.compared;
  for (const one of [...schedules.wrong, ...quiet.wrong]) {
    wrong.push(one);
    console.log(one);
  }
}
console.log(
  `${from} to ${to}: ${zones} zones, ${firings} times of schedules, ${ends} of quiet hours; ${wrong.length} wrong`,
);
if (outdated.length > 0) console.log(`tzdata and Node know different rules, so left out: ${outdated.join(", ")}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
