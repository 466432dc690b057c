import { describe, expect, it } from 'vitest'
import { parseHttpDate } from '../../../packages/core/src/response-cache/http-date.ts'

const now = Date.UTC(2026, 10, 21)

describe('dates in fields', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['sun, 06 NOV 1994 08:49:37 gMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    // The weekday is not held against the date.
    ['Mon, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sat, 29 Feb 2020 00:00:00 GMT', Date.UTC(2020, 1, 29)],
    // A leap second is the next minute's first.
    ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
    // Two digits: more than 50 years ahead is past.
    ['Saturday, 21-Nov-76 00:00:00 GMT', Date.UTC(2076, 10, 21)],
    ['Sunday, 21-Nov-76 00:00:01 GMT', Date.UTC(1976, 10, 21, 0, 0, 1)],
    ['Sunday, 21-Nov-77 00:00:00 GMT', Date.UTC(1977, 10, 21)],
    ['Tuesday, 29-Feb-00 00:00:00 GMT', Date.UTC(2000, 1, 29)],
    ['Fri, 01 Jan 0026 00:00:00 GMT', Date.parse('0026-01-01T00:00:00Z')],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('%s', (text, instant) => {
    expect(parseHttpDate(text, now)).toBe(instant)
  })

  it.each([
    '',
    '0',
    '-1',
    'now',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 08:49:37 EST',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06  Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06-Nov-1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 8:49:37 GMT',
    'Sun, 06 Nov 1994 08.49.37 GMT',
    'Sun, 06 Xyz 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    `Sun, 06 Nov 1994 08:49:37 GMT${' '.repeat(100_000)}`,
  ])('is no date: %s', (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined()
  })
})

it('a two-digit year is of the next century when that is near', () => {
  const late = Date.UTC(2099, 10, 21)
  expect(parseHttpDate('Saturday, 01-Jan-00 00:00:00 GMT', late)).toBe(Date.UTC(2100, 0, 1))
  expect(parseHttpDate('Saturday, 01-Jan-50 00:00:00 GMT', late)).toBe(Date.UTC(2050, 0, 1))
})
