/** No input throws or hangs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDictionary, parseList } from '../../packages/core/src/kit/structured-field.ts'
import {
  requestDirectives,
  responseDirectives,
} from '../../packages/core/src/response-cache/cache-control.ts'
import { isNotModified, validatorsOf } from '../../packages/core/src/response-cache/conditional.ts'
import { governingDirectives } from '../../packages/core/src/response-cache/directives.ts'
import { statedAgeSeconds } from '../../packages/core/src/response-cache/freshness.ts'
import { parseHttpDate } from '../../packages/core/src/response-cache/http-date.ts'
import { keptTarget } from '../../packages/core/src/response-cache/primary-key.ts'
import { selectRange } from '../../packages/core/src/response-cache/range.ts'
import { groupsOf, taggedBy } from '../../packages/core/src/response-cache/response-tags.ts'
import { secondaryKey, varyNames } from '../../packages/core/src/response-cache/secondary-key.ts'
import { fieldsToStore } from '../../packages/core/src/response-cache/stored-fields.ts'

/** Made of what parsers stumble over. */
const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      ',',
      '=',
      ';',
      ' ',
      '\t',
      'a',
      '1',
      '-',
      '*',
      '(',
      ')',
      ':',
      '?',
      '@',
      '%',
    ),
  }),
  fc.string({ unit: 'binary' }),
)
const field = fc.oneof(hostile, fc.array(hostile, { maxLength: 3 }))

const now = Date.UTC(2026, 10, 21)

function readAll(value: string | string[]): void {
  const text = typeof value === 'string' ? value : value.join(', ')
  responseDirectives(value)
  requestDirectives(value, value)
  const names = varyNames(value)
  if (names !== '*') secondaryKey([...names, 'accept', 'x-any'], { accept: text, 'x-any': value })
  fieldsToStore(
    { connection: value, 'set-cookie': value },
    { outside: {}, excluded: [], storesSetCookie: true },
  )
  taggedBy({ 'cache-tag': value, 'surrogate-key': value })
  groupsOf({ 'cache-groups': value })
  statedAgeSeconds(value)
  parseHttpDate(text, now)
  parseList(text)
  parseDictionary(text)
  const validators = validatorsOf({ etag: value, 'last-modified': value, date: value }, now)
  isNotModified({ 'if-none-match': text, 'if-modified-since': text }, validators)
  selectRange({ range: text, 'if-range': text }, validators, 100)
  selectRange({ range: `bytes=${text}` }, validators, 100)
  governingDirectives({ 'cdn-cache-control': value, 'cache-control': value }, ['cdn-cache-control'])
  keptTarget(`/${text}`, true)
  keptTarget(`/?${text}`, { ignore: ['a'] })
}

describe('parsers', () => {
  it('read whatever comes', () => {
    fc.assert(
      fc.property(field, (value) => readAll(value)),
      { numRuns: 2_000 },
    )
  })

  // A parser that backtracks would take hours, not milliseconds: the test's own time limit is the measure.
  it.each([
    '"',
    '\\',
    ',',
    '=',
    '", ',
    'a="',
    '\\"',
    ' ',
    '\t',
    '(',
    ';a',
    'bytes=',
    '-',
    '%"',
    ':',
    '"a",',
    'max-age=1,',
  ])('read a megabyte of %j', (unit) => {
    readAll(unit.repeat(Math.ceil(1_000_000 / unit.length)))
  })

  it('agree with Date on what IMF-fixdate says', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const instant = Math.floor(date.getTime() / 1_000) * 1_000
        expect(parseHttpDate(date.toUTCString(), now)).toBe(instant)
      }),
    )
  })
})
