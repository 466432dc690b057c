/** Dates in fields (RFC 9110 §5.6.7): all three formats are read, in any case, as RFC 9111 §4.2 has it for caches. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const imfFixdate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([a-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i
const rfc850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-([a-z]{3})-(\d\d) (\d\d):(\d\d):(\d\d) GMT$/i
const asctime = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/i

/** No date is longer: nothing longer is looked at. */
const longestDate = 40

/**
 * Milliseconds since the Unix epoch; undefined for anything that is not one of the three formats.
 * @param now for the century of two-digit years: one that seems more than 50 years ahead is past.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  if (text.length > longestDate) return undefined
  const fixed = imfFixdate.exec(text)
  if (fixed) return instant([fixed[3], fixed[2], fixed[1], fixed[4], fixed[5], fixed[6]])
  const old = rfc850.exec(text)
  if (old)
    return withCentury(Number(old[3]), now, (year) => instant([year, old[2], old[1], old[4], old[5], old[6]]))
  const unix = asctime.exec(text)
  if (unix) return instant([unix[6], unix[1], unix[2]?.trim(), unix[3], unix[4], unix[5]])
  return undefined
}

/** The latest year with these two last digits in which the date is at most 50 years ahead. */
function withCentury(
  twoDigits: number,
  now: number,
  instantIn: (year: string) => number | undefined,
): number | undefined {
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 50)
  const year = latest.getUTCFullYear() - (latest.getUTCFullYear() % 100) + twoDigits
  const ahead = instantIn(String(year))
  return ahead === undefined || ahead > latest.getTime() ? instantIn(String(year - 100)) : ahead
}

type DateParts = readonly (string | undefined)[]

function instant([year, monthName, day, hour, minute, second]: DateParts): number | undefined {
  const month = months.indexOf((monthName ?? '').toLowerCase())
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  // 60 is a leap second.
  if (month === -1 || h > 23 || m > 59 || s > 60) return undefined
  // Not by Date.UTC, which takes the years 0 to 99 for those of the last century.
  const date = new Date(0)
  date.setUTCFullYear(Number(year), month, Number(day))
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== month) return undefined
  return date.getTime() + ((h * 60 + m) * 60 + s) * 1_000
}
