/** No input throws, hangs, or is mistaken for another. */
import fc from 'fast-check'
import CachePolicy from 'http-cache-semantics'
import { describe, expect, it } from 'vitest'
import { parseDictionary, parseList } from '../../packages/core/src/kit/structured-field.ts'
import {
  requestDirectives,
  responseDirectives,
} from '../../packages/core/src/response-cache/cache-control.ts'
import { isNotModified, validatorsOf } from '../../packages/core/src/response-cache/conditional.ts'
import { governingDirectives } from '../../packages/core/src/response-cache/directives.ts'
import { statedAgeSeconds, statedLifetimeMs } from '../../packages/core/src/response-cache/freshness.ts'
import { parseHttpDate } from '../../packages/core/src/response-cache/http-date.ts'
import { keptTarget, primaryKey } from '../../packages/core/src/response-cache/primary-key.ts'
import { selectRange } from '../../packages/core/src/response-cache/range.ts'
import { groupsOf, taggedBy } from '../../packages/core/src/response-cache/response-tags.ts'
import { secondaryKey, varyNames } from '../../packages/core/src/response-cache/secondary-key.ts'

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
  varyNames(value)
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

  it('agree with an independent implementation on lifetimes', () => {
    const seconds = fc.integer({ min: 0, max: 100_000 })
    const directives = fc.record(
      { maxAge: seconds, sMaxage: seconds, expires: seconds },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(directives, ({ maxAge, sMaxage, expires }) => {
        const list = [
          ...(maxAge === undefined ? [] : [`max-age=${maxAge}`]),
          ...(sMaxage === undefined ? [] : [`s-maxage=${sMaxage}`]),
        ]
        const fields = {
          date: new Date(now).toUTCString(),
          ...(list.length > 0 ? { 'cache-control': list.join(', ') } : {}),
          ...(expires === undefined ? {} : { expires: new Date(now + expires * 1_000).toUTCString() }),
        }
        const policy = new CachePolicy(
          { url: '/', method: 'GET', headers: {} },
          { status: 200, headers: fields },
        )
        const ours = statedLifetimeMs(fields, governingDirectives(fields, []), now)
        expect((ours ?? 0) / 1_000).toBe(policy.maxAge())
      }),
    )
  })
})

describe('keys', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 })
  const part = fc.option(text, { nil: undefined })
  const parts = fc.record({
    method: fc.constant('GET'),
    scheme: fc.constantFrom('http', 'https'),
    host: text,
    target: text,
    partition: part,
    extras: fc.array(part, { maxLength: 3 }),
  })

  it('are the same only for the same request', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = JSON.stringify(shown(one)) === JSON.stringify(shown(other))
        expect(primaryKey(one) === primaryKey(other)).toBe(isSame)
      }),
      { numRuns: 2_000 },
    )
  })

  it('move nothing from one part into the next', () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const key = (host: string, target: string) =>
          primaryKey({ method: 'GET', scheme: 'http', host, target, partition: undefined, extras: [] })
        if (b !== '') expect(key(a + b, c)).not.toBe(key(a, b + c))
      }),
    )
  })

  it('of variants are the same only for the same values', () => {
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 2 }),
        fc.array(part, { minLength: 2, maxLength: 2 }),
        (one, other) => {
          const names = ['x-a', 'x-b']
          const key = (values: readonly (string | undefined)[]) =>
            secondaryKey(names, { 'x-a': values[0]?.trim(), 'x-b': values[1]?.trim() })
          const isSame = one.every((value, index) => value?.trim() === other[index]?.trim())
          expect(key(one) === key(other)).toBe(isSame)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

/** Unpaired surrogates survive JSON as escapes, absent parts as null. */
function shown({
  scheme,
  host,
  target,
  partition,
  extras,
}: {
  scheme: string
  host: string
  target: string
  partition: string | undefined
  extras: readonly (string | undefined)[]
}): unknown {
  const isPlain = partition === undefined && extras.length === 0
  return [scheme, host, target, isPlain ? 'plain' : [partition ?? null, extras.map((extra) => extra ?? null)]]
}
