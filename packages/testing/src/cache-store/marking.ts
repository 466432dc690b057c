/** Marks: what is invalidated at once, by label, by path prefix, or altogether. */
import { describe, expect, it } from 'vitest'
import type { CacheScope, Mark } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { entry, scope, scopeNamed } from './entries.ts'

/** Entries of the tests: key, labels, path. */
const kept: readonly (readonly [key: string, labels: readonly string[], path: string])[] = [
  ['one', ['product:1', 'list'], '/products/1'],
  ['two', ['product:2', 'list'], '/products/2'],
  ['eleven', ['product:11'], '/products/11'],
  ['about', [], '/about'],
  ['odd', ['__proto__', 'constructor', '*'], '/'],
]

const label = (text: string): Mark => ({ type: 'label', label: text })
const prefix = (text: string): Mark => ({ type: 'prefix', prefix: text })

const cases: readonly (readonly [name: string, marks: readonly Mark[], gone: readonly string[]])[] = [
  ['a label, exactly', [label('product:1')], ['one']],
  ['a label that several carry', [label('list')], ['one', 'two']],
  ['several labels', [label('product:2'), label('product:11')], ['two', 'eleven']],
  ['a label that nobody carries', [label('product')], []],
  ['a label that is no pattern', [label('*')], ['odd']],
  ['a label with the name of an inherited member', [label('__proto__')], ['odd']],
  ['a prefix of the path', [prefix('/products/')], ['one', 'two', 'eleven']],
  ['a prefix that is a whole path', [prefix('/about')], ['about']],
  ['a prefix that nothing lies under', [prefix('/abouts')], []],
  ['a label and a prefix at once', [label('product:1'), prefix('/about')], ['one', 'about']],
  ['everything', [{ type: 'all' }], ['one', 'two', 'eleven', 'about', 'odd']],
]

export function marking(harness: BackendHarness): void {
  describe('marking', () => {
    const current = withBackend(harness)
    const fill = async (at: CacheScope = scope): Promise<void> => {
      for (const [key, labels, path] of kept) {
        await current.backend.entries.set(at, key, await entry(current, { labels, path }, at))
      }
    }
    const found = async (at: CacheScope = scope): Promise<Map<string, boolean>> => {
      const softened = new Map<string, boolean>()
      for (const [key] of kept) {
        const one = await current.backend.entries.get(at, key)
        if (one !== undefined) softened.set(key, one.softened)
      }
      return softened
    }
    const keys = kept.map(([key]) => key)

    it.each(cases)('takes away what a mark concerns, and nothing else: %s', async (_name, marks, gone) => {
      await fill()
      await current.backend.entries.mark(scope, marks, { soft: false })
      expect([...(await found()).keys()]).toEqual(keys.filter((key) => !gone.includes(key)))
    })

    it.each(cases)('softens what a soft mark concerns, and nothing else: %s', async (_name, marks, soft) => {
      await fill()
      await current.backend.entries.mark(scope, marks, { soft: true })
      const expected = keys.map((key): [string, boolean] => [key, soft.includes(key)])
      expect([...(await found())]).toEqual(expected)
    })

    it.each(cases)('leaves other scopes alone: %s', async (_name, marks) => {
      await fill()
      await fill(scopeNamed('other'))
      await current.backend.entries.mark(scope, marks, { soft: false })
      expect((await found(scopeNamed('other'))).size).toBe(kept.length)
    })

    it('concerns only what was there before', async () => {
      await current.backend.entries.mark(scope, [{ type: 'all' }], { soft: false })
      await fill()
      expect((await found()).size).toBe(kept.length)
    })

    it('lets a newer entry take the place of a softened one', async () => {
      await fill()
      await current.backend.entries.mark(scope, [{ type: 'all' }], { soft: true })
      await fill()
      expect([...(await found()).values()]).not.toContain(true)
    })

    it('takes away what is softened already', async () => {
      await fill()
      await current.backend.entries.mark(scope, [label('list')], { soft: true })
      await current.backend.entries.mark(scope, [label('list')], { soft: false })
      expect((await found()).has('one')).toBe(false)
    })

    it('is not undone by a softer mark', async () => {
      await fill()
      await current.backend.entries.mark(scope, [label('list')], { soft: false })
      await current.backend.entries.mark(scope, [label('list')], { soft: true })
      expect((await found()).has('one')).toBe(false)
    })

    it('needs no marks to do nothing', async () => {
      await fill()
      await current.backend.entries.mark(scope, [], { soft: false })
      expect((await found()).size).toBe(kept.length)
    })
  })
}
