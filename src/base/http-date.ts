const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const monthName = `(${months.join("|")})`;
const time = "(\\d\\d):(\\d\\d):(\\d\\d)";
/** The three forms of RFC 9110, section 5.6.7: senders use the first, recipients accept all. */
const forms = {
  imfFixdate: new RegExp(`^[A-Z][a-z]{2}, (\\d\\d) ${monthName} (\\d{4}) ${time} GMT$`),
  rfc850: new RegExp(`^[A-Z][a-z]+day, (\\d\\d)-${monthName}-(\\d\\d) ${time} GMT$`),
  asctime: new RegExp(`^[A-Z][a-z]{2} ${monthName} ([ \\d]\\d) ${time} (\\d{4})$`),
};

/**
 * Parses the value of a `Retry-After` header (RFC 9110, section 10.2.3): seconds, or an HTTP date.
 * @returns ms from now, 0 for a date in the past; undefined for any other text
 */
export function parseRetryAfter(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1000;
  const date = parseHttpDate(trimmed, now);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/**
 * Parses an HTTP date (RFC 9110, section 5.6.7) into ms since 1970. Returns undefined for any other text.
 * @param now tells the century of a year of two digits
 */
function parseHttpDate(text: string, now: number): number | undefined {
  const fixed = forms.imfFixdate.exec(text);
  if (fixed !== null) return utc(fixed[3]!, fixed[2]!, fixed[1]!, fixed.slice(4));
  const old = forms.rfc850.exec(text);
  if (old !== null) return utc(`${yearNear(Number(old[3]), now)}`, old[2]!, old[1]!, old.slice(4));
  const asctime = forms.asctime.exec(text);
  return asctime === null ? undefined : utc(asctime[6]!, asctime[1]!, asctime[2]!, asctime.slice(3, 6));
}

/** Completes a year of two digits, which RFC 9110 never takes for one more than 50 years ahead. */
function yearNear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  if (year > thisYear + 50) return year - 100;
  return year <= thisYear - 50 ? year + 100 : year;
}

function utc(year: string, month: string, day: string, clock: readonly string[]): number | undefined {
  const [hour, minute, second] = clock.map(Number) as [number, number, number];
  // A leap second (60) is read as the second before it: `Date` has none.
  const date = new Date(Date.UTC(Number(year), months.indexOf(month), Number(day), hour, minute, Math.min(second, 59)));
  const isReal = date.getUTCDate() === Number(day) && hour < 24 && minute < 60 && second <= 60;
  return isReal ? date.getTime() : undefined;
}
