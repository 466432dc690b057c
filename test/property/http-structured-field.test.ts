/** Structured fields are read as a reference implementation reads them, and the one that is written is read back. */
import fc from 'fast-check'
import {
  DisplayString,
  parseDictionary as dictionaryOf,
  parseList as listOf,
  Token,
} from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { parseDictionary, parseList, type BareItem } from '../../packages/core/src/kit/structured-field.ts'
import { cacheStatusValue, type CacheStatus } from '../../packages/core/src/response-cache/cache-status.ts'

/** Pieces that make fields, and nearly fields. Byte sequences and Dates are left out: the reference reads few of them. */
const pieces =
  'a|max-age|*|A|=|60|-1|1.5|1.2345|"x, y"|"\\""|"|?1|?0|?2|, |,| |\t|;|;q=1|;q|(a b)|(|)|999999999999999|%"a%c3%bc"|%"|/|.'
const field = fc.array(fc.constantFrom(...pieces.split('|')), { maxLength: 7 }).map((drawn) => drawn.join(''))

/** What is left of an item when its parameters, and the items of inner lists, are of no interest. */
function plain(value: unknown): unknown {
  if (value instanceof Token || value instanceof DisplayString) return value.toString()
  return Array.isArray(value) ? undefined : value
}

function attempt<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

const valueOf = ({ value }: BareItem): unknown => value

describe('structured fields are read like the reference reads them', () => {
  it('Lists', () => {
    let read = 0
    fc.assert(
      fc.property(field, (text) => {
        const theirs = attempt(() => listOf(text).map(([value]) => plain(value)))
        expect(parseList(text)?.map(valueOf)).toEqual(theirs)
        if (theirs !== undefined) read++
      }),
      { numRuns: 5_000 },
    )
    expect(read).toBeGreaterThan(500)
  })

  it('Dictionaries', () => {
    let read = 0
    const members = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'max-age', '*x', 'A', ''), fc.constantFrom('', '='), field),
      { maxLength: 3 },
    )
    const dictionary = members.map((all) => all.map((one) => one.join('')).join(', '))
    fc.assert(
      fc.property(fc.oneof(dictionary, field), (text) => {
        const theirs = attempt(() => [...dictionaryOf(text)].map(([key, [value]]) => [key, plain(value)]))
        const ours = parseDictionary(text)
        expect(ours && [...ours].map(([key, item]) => [key, valueOf(item)])).toEqual(theirs)
        if (theirs !== undefined) read++
      }),
      { numRuns: 5_000 },
    )
    expect(read).toBeGreaterThan(500)
  })
})

it('Cache-Status is read back as it was written', () => {
  const statuses = fc.record(
    {
      hit: fc.boolean(),
      fwd: fc.constantFrom('bypass', 'method', 'uri-miss', 'vary-miss', 'request', 'stale'),
      fwdStatus: fc.integer({ min: 200, max: 599 }),
      ttl: fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
      stored: fc.boolean(),
      collapsed: fc.boolean(),
      detail: fc.constantFrom('no-store', 'set-cookie', 'stale-if-error'),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(statuses, (status: CacheStatus) => {
      const [first, ...others] = listOf(cacheStatusValue('forebay', status, undefined))
      expect(others).toEqual([])
      expect(String(first?.[0])).toBe('forebay')
      const said = Object.fromEntries([...(first?.[1] ?? [])].map(([name, value]) => [name, plain(value)]))
      const { hit, stored, collapsed, fwdStatus, ...rest } = status
      const flags = Object.entries({ hit, stored, collapsed }).filter(([, isSet]) => isSet)
      const expected = {
        ...Object.fromEntries(flags),
        ...(fwdStatus === undefined ? {} : { 'fwd-status': fwdStatus }),
        ...rest,
      }
      expect(said).toEqual(expected)
    }),
  )
})
