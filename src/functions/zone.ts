import { type Context, civil, daysOf, offsetText, utc, type Zone } from "../template/index.ts";
import { BoundedCache } from "./bounded-cache.ts";

/** Time zones as Go's package time has them, on what `Intl` knows of the IANA database. */

/** @param name may be empty: then the offset is shown where a name would be */
export function fixedZone(name: string, offset: number): Zone {
  const always = { offset, abbreviation: name };
  return { name, at: () => always };
}

const zones = new BoundedCache<Zone>();

/** Steps that making a zone takes: with each that is asked for an abbreviation come formats of eight languages. */
const toMake = 2000;

/** Longer than the name of any zone there is. */
const maxNameLength = 100;

/**
 * `time.LoadLocation`; the empty name is UTC.
 * @param context pays for it
 * @throws Error with Go's words for a name that nobody knows
 */
export function loadZone(name: string, context: Pick<Context, "prepare">): Zone {
  if (name !== "" && name !== "UTC" && name.length <= maxNameLength) context.prepare(`Go zone ${name}`, toMake);
  return cachedZone(name);
}

function cachedZone(name: string): Zone {
  return name === "" || name === "UTC" ? utc : zones.get(name, () => makeZone(name));
}

const locals = new BoundedCache<Zone>();

/** Go's "Local": the same as the zone of that name, but a location of its own. */
export function localZone(name: string): Zone {
  return locals.get(name, () => {
    const { at } = cachedZone(name);
    return { name: "Local", at: (seconds) => at(seconds) };
  });
}

/** Go knows zones by the names of their files; `Intl` takes any case, and offsets. */
const zoneName = /^[A-Z][\w+-]*(?:\/[A-Z][\w+-]*)*$/;

function makeZone(name: string): Zone {
  if (name.startsWith("/") || name.startsWith("\\") || name.includes("..")) {
    throw new UnknownZone("time: invalid location name");
  }
  if (name.length > maxNameLength || !zoneName.test(name)) throw unknownZone(name);
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset", year: "numeric" });
  } catch {
    throw unknownZone(name);
  }
  const { timeZone } = format.resolvedOptions();
  if (timeZone !== name && timeZone.toLowerCase() === name.toLowerCase()) throw unknownZone(name);
  const at = (seconds: number) => {
    const offset = offsetAt(format, seconds);
    return { offset, abbreviation: abbreviationOf(name, seconds, offset) };
  };
  let last = { seconds: Number.NaN, value: { offset: 0, abbreviation: "" } };
  return {
    name,
    at: (seconds) => {
      if (seconds !== last.seconds) last = { seconds, value: at(seconds) };
      return last.value;
    },
  };
}

/** Go's error for a name that no zone has. */
export class UnknownZone extends Error {}

const unknownZone = (name: string): Error => new UnknownZone(`unknown time zone ${name}`);

/** What a `Date` can hold. */
const furthest = 8.64e12;

const dateOf = (seconds: number): Date => new Date(Math.max(-furthest, Math.min(furthest, seconds)) * 1000);

/** `GMT+02:00`, `GMT-00:25:21`, `GMT`. */
const offsetPattern = /GMT(?:([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?)?$/;

function offsetAt(format: Intl.DateTimeFormat, seconds: number): number {
  const [, sign, hours = "0", minutes = "0", rest = "0"] = offsetPattern.exec(format.format(dateOf(seconds))) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return sign === "-" ? -size : size;
}

/** English of one place or another knows most abbreviations; the rest is a number, as in the IANA database. */
const locales = ["en-US", "en-GB", "en-AU", "en-NZ", "en-IN", "en-ZA", "en-CA", "ja-JP"];
const named = /^[A-Z][A-Za-z]{1,4}$/;

/** Abbreviations of the IANA database that `Intl` does not know: their hours east of UTC, and zones. */
const unknownToIntl: readonly (readonly [abbreviation: string, hours: number, zones: string])[] = [
  ["BST", 1, "Europe/Guernsey Europe/Isle_of_Man Europe/Jersey"],
  ["CDT", -4, "America/Havana Cuba"],
  ["CST", -5, "America/Havana Cuba"],
  ["CST", 8, "Asia/Macau Asia/Macao Asia/Shanghai Asia/Chongqing Asia/Harbin Asia/Taipei PRC ROC"],
  ["ChST", 10, "Pacific/Guam Pacific/Saipan"],
  ["GMT", 0, "GMT Etc/GMT Greenwich Etc/Greenwich"],
  ["HDT", -9, "America/Adak America/Atka US/Aleutian"],
  ["HKT", 8, "Asia/Hong_Kong Hongkong"],
  ["HST", -10, "America/Adak America/Atka US/Aleutian"],
  ["IDT", 3, "Asia/Jerusalem Asia/Tel_Aviv Israel"],
  ["IST", 1, "Europe/Dublin Eire"],
  ["IST", 2, "Asia/Jerusalem Asia/Tel_Aviv Israel"],
  ["KST", 9, "Asia/Pyongyang Asia/Seoul ROK"],
  ["MSK", 3, "Europe/Kirov Europe/Moscow Europe/Simferopol Europe/Volgograd W-SU"],
  ["MST", -7, "America/Dawson America/Hermosillo America/Mazatlan America/Whitehorse Canada/Yukon Mexico/BajaSur"],
  ["PKT", 5, "Asia/Karachi"],
  ["PST", 8, "Asia/Manila"],
  ["SST", -11, "Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa"],
  ["WIB", 7, "Asia/Jakarta Asia/Pontianak"],
  ["WIT", 9, "Asia/Jayapura"],
  ["WITA", 8, "Asia/Makassar Asia/Ujung_Pandang"],
];

/** What `Intl` calls by letters that the IANA database gave up for a number. */
const unknownToIana = new Set(["PMST", "PMDT", "ACWST", "LHDT", "LHST", "CHADT", "CHAST"]);
const numbered = new Set(["Antarctica/Casey", "Antarctica/Troll", "Asia/Colombo", "Asia/Dubai", "Asia/Muscat"]);

const abbreviations = new Map<string, string>();
for (const [abbreviation, hours, places] of unknownToIntl) {
  for (const place of places.split(" ")) abbreviations.set(`${place} ${hours * 3600}`, abbreviation);
}

const formats = new BoundedCache<Map<string, Intl.DateTimeFormat>>();

/** BoundedCache zone by zone, so that a zone that is kept has all that it needs. */
function shortFormat(locale: string, timeZone: string): Intl.DateTimeFormat {
  const ofZone = formats.get(timeZone, () => new Map());
  const known = ofZone.get(locale);
  if (known) return known;
  const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short", year: "numeric" });
  ofZone.set(locale, format);
  return format;
}

function abbreviationOf(name: string, seconds: number, offset: number): string {
  const own = abbreviations.get(`${name} ${offset}`);
  if (own !== undefined) return own;
  if (seconds < localMeanTime && offset !== 0) return "LMT";
  const short = shortName(name, seconds);
  if (short !== undefined) return short;
  // Intl forgets the names that zones had before 1970: those of today are mostly the same.
  for (const time of seconds < recent ? modernTimes : []) {
    const modern = cachedZone(name).at(time);
    if (modern.offset === offset) return modern.abbreviation;
  }
  const text = offsetText(offset);
  return text.endsWith("00") ? text.slice(0, 3) : text;
}

/** Around 1884 most of the world had local time, each place its own. */
const localMeanTime = -2_700_000_000;

/** 1975, after which Intl knows what it will ever know. */
const recent = 157_766_400;

/** A winter's and a summer's day of 2020. */
const modernTimes = [1_579_046_400, 1_594_771_200];

function shortName(zone: string, seconds: number): string | undefined {
  const date = dateOf(seconds);
  for (const locale of numbered.has(zone) ? [] : locales) {
    const parts = shortFormat(locale, zone).formatToParts(date);
    const short = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
    if (named.test(short) && !unknownToIana.has(short)) return short;
  }
  return undefined;
}

/** The offset that an abbreviation stands for in a zone, near a time. Go: `lookupName`. */
export function offsetOfAbbreviation(zone: Zone, abbreviation: string, seconds: number): number | undefined {
  if (zone === utc) return undefined;
  const { year } = civil(seconds);
  const times = [daysOf(year, 1, 1) * 86_400, daysOf(year, 7, 1) * 86_400, ...modernTimes];
  const candidates = times.map((time) => zone.at(time)).filter((one) => one.abbreviation === abbreviation);
  for (const { offset } of candidates) {
    const inEffect = zone.at(seconds - offset);
    if (inEffect.abbreviation === abbreviation) return inEffect.offset;
  }
  return candidates[0]?.offset;
}
