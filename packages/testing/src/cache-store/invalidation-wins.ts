/** Invalidation wins over what was being made meanwhile. */
import { describe, expect, it } from 'vitest'
import type { Mark } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { entry, scope } from './entries.ts'

const marks: readonly Mark[] = [
  { type: 'label', label: 'tag' },
  { type: 'prefix', prefix: '/products/' },
  { type: 'all' },
]

export function invalidationWins(harness: BackendHarness): void {
  describe('invalidation wins', () => {
    const current = withBackend(harness)
    const made = { labels: ['tag'], path: '/products/1' }

    it('gives ever greater stamps', async () => {
      const { entries } = current.backend
      const stamps: number[] = []
      for (let time = 0; time < 5; time++) {
        stamps.push(await entries.stamp(scope))
        await entries.mark(scope, marks.slice(0, 1), { soft: time % 2 === 0 })
      }
      expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b))
    })

    it.each(marks)('stores nothing that was begun before the mark: $type', async (mark) => {
      const { entries } = current.backend
      const begun = await entry(current, made)
      await entries.mark(scope, [mark], { soft: false })
      expect(await entries.set(scope, 'key', begun)).toBe(false)
      expect(await entries.get(scope, 'key')).toBeUndefined()
    })

    it.each(marks)('stores what was begun before a soft mark as softened: $type', async (mark) => {
      const { entries } = current.backend
      const begun = await entry(current, made)
      await entries.mark(scope, [mark], { soft: true })
      expect(await entries.set(scope, 'key', begun)).toBe(true)
      expect((await entries.get(scope, 'key'))?.softened).toBe(true)
    })

    it.each(marks)('stores what was begun after the mark: $type', async (mark) => {
      const { entries } = current.backend
      await entries.mark(scope, [mark], { soft: false })
      expect(await entries.set(scope, 'key', await entry(current, made))).toBe(true)
      expect((await entries.get(scope, 'key'))?.softened).toBe(false)
    })

    it('stores what no mark concerns, whenever it was begun', async () => {
      const { entries } = current.backend
      const begun = await entry(current, { labels: ['other'], path: '/about' })
      await entries.mark(scope, marks.slice(0, 2), { soft: false })
      expect(await entries.set(scope, 'key', begun)).toBe(true)
    })

    it('remembers a mark for as long as an entry begun before it could live', async () => {
      const { entries } = current.backend
      const begun = await entry(current, made)
      await entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
      for (let index = 0; index < 500; index++) {
        await entries.mark(scope, [{ type: 'label', label: `tag ${index}` }], { soft: false })
      }
      await current.advance(500)
      expect(await entries.set(scope, 'key', begun)).toBe(false)
    })
  })
}
