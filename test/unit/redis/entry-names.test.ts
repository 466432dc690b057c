/** Names and marks in Redis: none is another's. */
import { describe, expect, it } from 'vitest'
import { digest, type Mark } from '@forebay/core'
import { EntryNames } from '../../../packages/redis/src/entries/entry-names.ts'
import { memberOf, readMember, shortLabels, shortMark } from '../../../packages/core/src/cache/mark-names.ts'
import { alikePairs, hostileTexts } from '../../../packages/testing/src/hostile-texts.ts'

describe('the names of entries', () => {
  it('tell every scope and key apart', () => {
    const pairs = [
      ...alikePairs,
      ...hostileTexts.flatMap((text) => [['scope', text] as const, [text, 'key'] as const]),
    ]
    const names = pairs.map(([scope, key]) => new EntryNames('p:', scope).entry(key))
    expect(new Set(names).size).toBe(new Set(pairs.map((pair) => JSON.stringify(pair))).size)
  })

  it('tell entries, heads and marks apart, and tell nothing of the key', () => {
    for (const text of hostileTexts) {
      const names = new EntryNames('p:', text)
      expect(names.entry(text)).toMatch(/^p:e1:[\w-]{22}$/)
      expect(names.head).toMatch(/^p:\{[\w-]{22}\}h1$/)
      expect(names.marks).toMatch(/^p:\{[\w-]{22}\}m1$/)
    }
  })

  it('are frozen', () => {
    const names = new EntryNames('p:', 'response:default')
    expect([names.entry('key'), names.entry('\ud800'), names.head, names.marks]).toMatchInlineSnapshot(`
      [
        "p:e1:mC3eLNdQCbz246k_HVYpnL",
        "p:e1:D7kOMUGYwzksj9AJug5dTx",
        "p:{AYQ1RIx6bKsrCg3zXX28h5}h1",
        "p:{AYQ1RIx6bKsrCg3zXX28h5}m1",
      ]
    `)
  })
})

describe('the members of marks', () => {
  const long = 'x'.repeat(257)
  // The last but one looks like what stands for the last.
  const texts = [...hostileTexts, '\0a', 'l', '"]', 'x'.repeat(256), `\0${digest(long)}`, long]

  it('are frozen', () => {
    expect(memberOf({ type: 'label', label: 'tag a' }, false)).toBe('h["l","tag a"]')
    expect(memberOf({ type: 'prefix', prefix: '/"a' }, true)).toBe('s["p","/\\"a"]')
    expect(memberOf({ type: 'all' }, true)).toBe('s["a"]')
    expect(memberOf({ type: 'all' }, false)).toBe('h["a"]')
  })

  it('tell labels apart, and are short', () => {
    const members = texts.map((label) => memberOf({ type: 'label', label }, false))
    expect(new Set(members).size).toBe(texts.length)
    for (const member of members) expect(Buffer.byteLength(member)).toBeLessThan(2_000)
  })

  it('are read as the mark that every node remembers', () => {
    const marks = texts.flatMap((text): Mark[] => [
      { type: 'label', label: text },
      { type: 'prefix', prefix: text },
      { type: 'all' },
    ])
    for (const mark of marks) {
      for (const soft of [true, false]) {
        const sent = Buffer.from(memberOf(mark, soft)).toString()
        expect(readMember(sent)).toEqual({ mark: shortMark(mark), soft })
      }
    }
  })

  it('name a label as the entry that carries it does', () => {
    for (const label of texts) expect(shortLabels([label])).toEqual([labelOf({ type: 'label', label })])
    expect(shortLabels(texts)).toEqual(texts.map((label) => labelOf({ type: 'label', label })))
  })

  it('never concern less than was asked: a long prefix is cut', () => {
    const prefix = `/${'a'.repeat(5_000)}`
    const cut = shortMark({ type: 'prefix', prefix })
    expect(cut.type === 'prefix' && prefix.startsWith(cut.prefix) && cut.prefix.length).toBe(1_024)
  })

  it.each(['', 'h', 'x["a"]', 'h["b"]', 'h["l"]', 'h["l",1]', 'h{"l":1}', 'h["l"', 's["__proto__"]'])(
    'are none: %j',
    (text) => {
      expect(readMember(text)).toBeUndefined()
    },
  )
})

function labelOf(mark: Mark): string | undefined {
  const short = shortMark(mark)
  return short.type === 'label' ? short.label : undefined
}
