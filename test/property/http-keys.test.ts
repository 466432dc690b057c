/** No request is mistaken for another. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keptQuery, primaryKey } from '../../packages/core/src/response-cache/primary-key.ts'
import { secondaryKey } from '../../packages/core/src/response-cache/secondary-key.ts'

/** Made of what keys are made of, so that one part could spell the next; and anything at all, also too long for a key. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '1', '2', ':', '-', '#', ' '), maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .string({ unit: fc.constantFrom('a', '\ud800', '\udfff'), minLength: 2, maxLength: 3 })
    .map((unit) => unit.repeat(300)),
)
const part = fc.option(text, { nil: undefined })

describe('primary keys', () => {
  const parts = fc.record({
    method: fc.constant('GET'),
    scheme: fc.constantFrom('http', 'https'),
    host: text,
    target: text,
    partition: part,
    extras: fc.array(part, { maxLength: 3 }),
  })
  type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never

  /** Unpaired surrogates survive JSON as escapes, absent parts as null. */
  const shown = ({ scheme, host, target, partition, extras }: Parts): string =>
    JSON.stringify([scheme, host, target, partition ?? null, extras.map((extra) => extra ?? null)])

  it('are the same only for the same request', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(primaryKey(one) === primaryKey(other)).toBe(shown(one) === shown(other))
        expect(primaryKey({ ...one })).toBe(primaryKey(one))
      }),
      { numRuns: 2_000 },
    )
  })

  it('tell requests apart that differ in one part', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom('host', 'target', 'partition'), text, (one, name, value) => {
        expect(primaryKey(one) === primaryKey({ ...one, [name]: value })).toBe(one[name] === value)
      }),
      { numRuns: 1_000 },
    )
  })

  it('move nothing from one part into the next', () => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const key = (host: string, target: string, ...extras: string[]) =>
          primaryKey({ method: 'GET', scheme: 'http', host, target, partition: undefined, extras })
        fc.pre(b !== '')
        expect(key(a + b, c)).not.toBe(key(a, b + c))
        expect(key('h', 't', a + b, c)).not.toBe(key('h', 't', a, b + c))
        expect(key('h', a + b, c)).not.toBe(key('h', a, b + c))
      }),
    )
  })
})

describe('secondary keys', () => {
  const names = ['x-a', 'x-b']
  const trimmed = (value: string | undefined): string | undefined => value?.replaceAll(/^[ \t]+|[ \t]+$/g, '')

  it('are the same only for the same values', () => {
    const pair = fc.tuple(part, part)
    fc.assert(
      fc.property(pair, pair, fc.boolean(), (one, drawn, isAlike) => {
        const other = isAlike ? ([one[0], drawn[1]] as const) : drawn
        const key = ([a, b]: readonly (string | undefined)[]) => secondaryKey(names, { 'x-a': a, 'x-b': b })
        const isSame = one.every((value, index) => trimmed(value) === trimmed(other[index]))
        expect(key(one) === key(other)).toBe(isSame)
      }),
      { numRuns: 2_000 },
    )
  })

  it('of codings and languages disregard white space and case, and nothing else', () => {
    const member = fc.constantFrom('gzip', 'br', 'gzip;q=0.5', '*', 'identity;q=0')
    const list = fc.array(member, { maxLength: 4 })
    const blank = fc.constantFrom('', ' ', '\t ')
    const key = (value: string) => secondaryKey(['accept-encoding'], { 'accept-encoding': value })
    fc.assert(
      fc.property(list, list, blank, blank, (one, other, before, after) => {
        const odd = other.map(
          (shown) => `${before}${shown.replace(/^\w+/, (name) => name.toUpperCase())}${after}`,
        )
        expect(key(one.join(', ')) === key(odd.join(','))).toBe(one.join() === other.join())
      }),
      { numRuns: 500 },
    )
  })
})

describe('queries in keys', () => {
  const parameter = fc
    .tuple(fc.constantFrom('a', 'b', 'c', '%61', 'a[]'), fc.constantFrom('', '=', '=1', '=2'))
    .map((both) => both.join(''))
  const query = fc.array(parameter, { maxLength: 5 })
  const nameOf = (pair: string): string => (pair.split('=')[0] ?? '').replace('%61', 'a')

  it('keep every parameter, and the order of those with one name', () => {
    fc.assert(
      fc.property(query, (pairs) => {
        const kept = keptQuery(pairs.join('&'), true)
          .split('&')
          .filter((pair) => pair !== '')
        expect(kept.toSorted()).toEqual(pairs.toSorted())
        for (const name of ['a', 'b', 'c', 'a[]']) {
          const isNamed = (pair: string): boolean => nameOf(pair) === name
          expect(kept.filter(isNamed)).toEqual(pairs.filter(isNamed))
        }
      }),
    )
  })

  it('are the same in any order of names', () => {
    fc.assert(
      fc.property(query, (pairs) => {
        // `a=1&a[]=2` is one list to whoever reads it so, and its order that of the list.
        const listOf = (pair: string): string => nameOf(pair).replace(/\[.*/, '')
        const byName = pairs.toSorted((one, other) =>
          listOf(one) < listOf(other) ? 1 : listOf(one) > listOf(other) ? -1 : 0,
        )
        expect(keptQuery(byName.join('&'), true)).toBe(keptQuery(pairs.join('&'), true))
      }),
    )
  })

  it('keep what a list names, and drop what is ignored', () => {
    fc.assert(
      fc.property(query, (pairs) => {
        const reduced = (rule: Parameters<typeof keptQuery>[1]): string[] =>
          keptQuery(pairs.join('&'), rule)
            .split('&')
            .filter((pair) => pair !== '')
            .toSorted()
        const isA = (pair: string): boolean => nameOf(pair) === 'a' || nameOf(pair) === 'a[]'
        expect(reduced(['a'])).toEqual(pairs.filter(isA).toSorted())
        expect(reduced({ ignore: ['a'] })).toEqual(pairs.filter((pair) => nameOf(pair) !== 'a').toSorted())
        expect(reduced(false)).toEqual([])
      }),
    )
  })
})
