/** What nodes say on the bus: frozen bytes, bounded, and nothing that anybody sends harms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  messagesOf,
  readMessage,
  type Invalidation,
} from '../../../packages/core/src/tiers/invalidation-message.ts'

const all: readonly Invalidation[] = [
  { type: 'key', scope: 'response:shop', key: 'GET "a"' },
  { type: 'mark', scope: 'response:shop', mark: { type: 'label', label: 'tag:ä\n' } },
  { type: 'mark', scope: 'response:shop', mark: { type: 'prefix', prefix: '/products/' } },
  { type: 'mark', scope: '', mark: { type: 'all' } },
  { type: 'everything' },
]

const frozen =
  'forebay-tiers/1 [["key","response:shop","GET \\"a\\""],["label","response:shop","tag:ä\\n"],' +
  '["prefix","response:shop","/products/"],["all",""],["everything"]]'

const everything: readonly Invalidation[] = [{ type: 'everything' }]

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
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (scope, key) => {
        const said: Invalidation[] = [{ type: 'key', scope, key }]
        expect(messagesOf(said).flatMap((message) => readMessage(message))).toEqual(said)
      }),
    )
  })

  it('is bounded: several for many, and the scope, or everything, for what is too long', () => {
    const many = Array.from({ length: 5_000 }, (_, index): Invalidation => ({
      type: 'key',
      scope: 's',
      key: 'k'.repeat(50) + index,
    }))
    const messages = messagesOf(many)
    expect(messages.length).toBeGreaterThan(1)
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(65_536)
    expect(messages.flatMap((message) => readMessage(message))).toEqual(many)
    const long = 'x'.repeat(100_000)
    expect(messagesOf([{ type: 'key', scope: 's', key: long }])).toEqual(['forebay-tiers/1 [["all","s"]]'])
    expect(messagesOf([{ type: 'key', scope: long, key: 'k' }])).toEqual(['forebay-tiers/1 [["everything"]]'])
  })

  it.each(['', 'landed', '{"forebay":1}', 'forebay-tier', '[["everything"]]', '\0', '__proto__'])(
    'of others is ignored: %j',
    (message) => {
      expect(readMessage(message)).toBeUndefined()
    },
  )

  it.each([
    'forebay-tiers/2 [["key","s","k"]]',
    'forebay-tiers/1',
    'forebay-tiers/1 ',
    'forebay-tiers/1 {}',
    'forebay-tiers/1 null',
    'forebay-tiers/1 [["key","s"]]',
    'forebay-tiers/1 [["key","s",1]]',
    'forebay-tiers/1 [["touch","s","k"]]',
    'forebay-tiers/1 [["__proto__","s","k"]]',
    'forebay-tiers/1 ["everything"]',
    'forebay-tiers/1 [["all"]]',
    'forebay-tiers/1 [[]]',
    'forebay-tiers/1 [["key","s","k"],',
    `forebay-tiers/1 [["key","s","${'x'.repeat(70_000)}"]]`,
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
