import { type Context, civil, daysOf, offsetText, utc, type Zone } from "../template/index.ts";
import { RenderCache } from "./render-cache.ts";

/** Implements time zones as Go's package time, with what `Intl` knows of the IANA database. */

/** Makes a zone of a fixed offset. @param name may be empty: then the offset is shown instead of a name */
export function fixedZone(name: string, offset: number): Zone {
  const always = { offset, abbreviation: name };
  return { name, at: () => always };
}

const zones = new RenderCache<Zone>();

/** Steps for making a zone, which may need formats of eight languages for its abbreviations. */
const toMake = 2000;

/** Limits names; no zone has a longer one. */
const maxNameLength = 100;

/**
 * Loads a zone as `time.LoadLocation`; the empty name is UTC.
 * @param context pays for it
 * @throws Error with Go's words for an unknown name
 */
export function loadZone(name: string, context: Pick<Context, "prepare">): Zone {
  if (name !== "" && name !== "UTC" && name.length <= maxNameLength) context.prepare(`Go zone ${name}`, toMake);
  return cachedZone(name);
}

function cachedZone(name: string): Zone {
  return name === "" || name === "UTC" ? utc : zones.get(name, () => makeZone(name));
}

const locals = new RenderCache<Zone>();

/** Makes Go's "Local": the zone of that name, but a location of its own. */
export function localZone(name: string): Zone {
  return locals.get(name, () => {
    const { at } = cachedZone(name);
    return { name: "Local", at: (seconds) => at(seconds) };
  });
}

/** Matches names that Go may know, which are the names of files; `Intl` takes any case, and offsets. */
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

/** Reports a name that no zone has, in Go's words. */
export class UnknownZone extends Error {}

const unknownZone = (name: string): Error => new UnknownZone(`unknown time zone ${name}`);

/** The furthest time that a `Date` can hold, in seconds. */
const furthest = 8.64e12;

const dateOf = (seconds: number): Date => new Date(Math.max(-furthest, Math.min(furthest, seconds)) * 1000);

/** `GMT+02:00`, `GMT-00:25:21`, `GMT`. */
const offsetPattern = /GMT(?:([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?)?$/;

function offsetAt(format: Intl.DateTimeFormat, seconds: number): number {
  const [, sign, hours = "0", minutes = "0", rest = "0"] = offsetPattern.exec(format.format(dateOf(seconds))) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return sign === "-" ? -size : size;
}

/** Locales that know abbreviations: together they have most; the others are numbers, as in the IANA database. */
const locales = ["en-US", "en-GB", "en-AU", "en-NZ", "en-IN", "en-ZA", "en-CA", "ja-JP"];
const named = /^[A-Z][A-Za-z]{1,4}$/;

/** Lists abbreviations of the IANA database that `Intl` does not know, with their hours east of UTC and zones. */
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

/** Lists abbreviations of `Intl` that the IANA database has replaced by numbers. */
const unknownToIana = new Set(["PMST", "PMDT", "ACWST", "LHDT", "LHST", "CHADT", "CHAST"]);
const numbered = new Set(["Antarctica/Casey", "Antarctica/Troll", "Asia/Colombo", "Asia/Dubai", "Asia/Muscat"]);

const abbreviations = new Map<string, string>();
for (const [abbreviation, hours, places] of unknownToIntl) {
  for (const place of places.split(" ")) abbreviations.set(`${place} ${hours * 3600}`, abbreviation);
}

const formats = new RenderCache<Map<string, Intl.DateTimeFormat>>();

/** Returns a format; formats are cached by zone, so that a cached zone has all that it needs. */
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
  // Intl forgets names of zones before 1970: today's names are mostly the same.
  for (const time of seconds < recent ? modernTimes : []) {
    const modern = cachedZone(name).at(time);
    if (modern.offset === offset) return modern.abbreviation;
  }
  const text = offsetText(offset);
  return text.endsWith("00") ? text.slice(0, 3) : text;
}

/** About 1884, in seconds: before then most places had their own local time. */
const localMeanTime = -2_700_000_000;

/** 1975, in seconds: after that Intl's names of zones are complete. */
const recent = 157_766_400;

/** A winter day and a summer day of 2020, in seconds. */
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

/** Returns the offset of an abbreviation in a zone near a time. Go: `lookupName`. */
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
