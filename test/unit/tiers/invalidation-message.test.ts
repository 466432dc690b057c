/** What nodes say on the bus: frozen bytes, bounded, and nothing that anybody sends harms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashOfKey } from '../../../packages/core/src/tiers/arrivals.ts'
import {
  messagesOf,
  readMessage,
  type Invalidation,
} from '../../../packages/core/src/tiers/invalidation-message.ts'

const all: readonly Invalidation[] = [
  { type: 'key', hash: 4_294_967_295 },
  { type: 'mark', scope: 'response:shop', mark: { type: 'label', label: 'tag:ä\n' } },
  { type: 'mark', scope: 'response:shop', mark: { type: 'prefix', prefix: '/products/' } },
  { type: 'mark', scope: '', mark: { type: 'all' } },
  { type: 'everything' },
]

const frozen =
  'forebay-tiers/1 [["key",4294967295],["label","response:shop","tag:ä\\n"],' +
  '["prefix","response:shop","/products/"],["all",""],["everything"]]'

const everything: readonly Invalidation[] = [{ type: 'everything' }]

describe('the hash of a key', () => {
  it('is what it always was', () => {
    expect(hashOfKey('response:shop', 'GET "a"')).toBe(1_631_509_153)
    expect(hashOfKey('', '')).toBe(401_433_231)
  })

  it('tells scopes and keys apart that look alike when joined', () => {
    expect(hashOfKey('a', 'bc')).not.toBe(hashOfKey('ab', 'c'))
  })

  it('spreads keys that differ little', () => {
    const places = new Set(Array.from({ length: 10_000 }, (_, id) => hashOfKey('s', `user:${id}`) % 65_536))
    // 10,000 at random would take some 9,260 of the places.
    expect(places.size).toBeGreaterThan(9_000)
  })
})

describe('a message', () => {
  it('is written as it always was', () => {
    expect(messagesOf(all)).toEqual([frozen])
    expect(readMessage(frozen)).toEqual(all)
  })

  it('says each thing once', () => {
    expect(messagesOf([...all, ...all])).toEqual([frozen])
    expect(messagesOf([])).toEqual([])
  })

  it('brings every text over, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (scope, label) => {
        const said: Invalidation[] = [{ type: 'mark', scope, mark: { type: 'label', label } }]
        expect(messagesOf(said).flatMap((message) => readMessage(message))).toEqual(said)
      }),
    )
  })

  it('is bounded: several for many, and the scope, or everything, for what is too long', () => {
    const many = Array.from({ length: 10_000 }, (_, index): Invalidation => ({
      type: 'key',
      hash: 4_000_000_000 + index,
    }))
    const messages = messagesOf(many)
    expect(messages.length).toBeGreaterThan(1)
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(65_536)
    expect(messages.flatMap((message) => readMessage(message))).toEqual(many)
    const long = 'x'.repeat(100_000)
    const mark = { type: 'label', label: long } as const
    expect(messagesOf([{ type: 'mark', scope: 's', mark }])).toEqual(['forebay-tiers/1 [["all","s"]]'])
    expect(messagesOf([{ type: 'mark', scope: long, mark }])).toEqual(['forebay-tiers/1 [["everything"]]'])
  })

  it.each(['', 'landed', '{"forebay":1}', 'forebay-tier', '[["everything"]]', '\0', '__proto__'])(
    'of others is ignored: %j',
    (message) => {
      expect(readMessage(message)).toBeUndefined()
    },
  )

  it.each([
    'forebay-tiers/2 [["key",1]]',
    'forebay-tiers/1',
    'forebay-tiers/1 ',
    'forebay-tiers/1 {}',
    'forebay-tiers/1 null',
    'forebay-tiers/1 [["key"]]',
    'forebay-tiers/1 [["key","1"]]',
    'forebay-tiers/1 [["key",-1]]',
    'forebay-tiers/1 [["key",0.5]]',
    'forebay-tiers/1 [["key",4294967296]]',
    'forebay-tiers/1 [["label","s"]]',
    'forebay-tiers/1 [["label","s",1]]',
    'forebay-tiers/1 [["touch","s","k"]]',
    'forebay-tiers/1 [["__proto__","s","k"]]',
    'forebay-tiers/1 ["everything"]',
    'forebay-tiers/1 [["all"]]',
    'forebay-tiers/1 [[]]',
    'forebay-tiers/1 [["key",1],',
    `forebay-tiers/1 [["label","s","${'x'.repeat(70_000)}"]]`,
    `forebay-tiers/1 ${'['.repeat(60_000)}`,
  ])('that cannot be read is taken for everything: %.50s', (message) => {
    expect(readMessage(message)).toEqual(everything)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'forebay-tiers/1 ', 'forebay-tiers/'), fc.string(), (head, rest) => {
        readMessage(head + rest)
      }),
    )
    fc.assert(
      fc.property(fc.json(), (json) => {
        readMessage(`forebay-tiers/1 ${json}`)
      }),
    )
  })
})
