/** What a store keeps, and for how long. */
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { entry, scope } from './entries.ts'

export function keeping(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe('keeping', () => {
    const current = withBackend(harness)

    it('finds what was set, as it was set', async () => {
      const { entries } = current.backend
      const set = await entry(current, {
        value: { text: 'né', list: [1, null, true], nothing: null },
        labels: ['product:42', 'route'],
        path: '/products/42',
      })
      expect(await entries.set(scope, 'key', set)).toBe(true)
      const found = await entries.get(scope, 'key')
      expect(found).toEqual({ entry: set, softened: false })
    })

    it.each([0, '', null, false])('tells the value %j from no value', async (value) => {
      const { entries } = current.backend
      await entries.set(scope, 'key', await entry(current, { value }))
      expect((await entries.get(scope, 'key'))?.entry.value).toBe(value)
    })

    it('finds nothing where nothing was set', async () => {
      expect(await current.backend.entries.get(scope, 'key')).toBeUndefined()
    })

    it('finds the newer of two entries', async () => {
      const { entries } = current.backend
      await entries.set(scope, 'key', await entry(current, { value: 'older' }))
      await entries.set(scope, 'key', await entry(current, { value: 'newer' }))
      expect((await entries.get(scope, 'key'))?.entry.value).toBe('newer')
    })

    it('refuses an entry that is older than the stored one', async () => {
      const { entries } = current.backend
      const older = await entry(current, { value: 'older' })
      const newer = await entry(current, { value: 'newer' })
      expect(await entries.set(scope, 'key', newer)).toBe(true)
      expect(await entries.set(scope, 'key', older)).toBe(false)
      expect((await entries.get(scope, 'key'))?.entry.value).toBe('newer')
    })

    it('finds a stale entry, and leaves it to the caller', async () => {
      const { entries } = current.backend
      const now = current.now()
      await entries.set(scope, 'key', await entry(current, { staleAt: now + 500, deleteAt: now + 5_000 }))
      await current.advance(600)
      expect((await entries.get(scope, 'key'))?.softened).toBe(false)
    })

    it('finds nothing from deleteAt on', async () => {
      const { entries } = current.backend
      const now = current.now()
      await entries.set(scope, 'key', await entry(current, { staleAt: now + 500, deleteAt: now + 1_000 }))
      await current.advance(1_000 + tolerance)
      expect(await entries.get(scope, 'key')).toBeUndefined()
      expect(await entries.delete(scope, 'key')).toBe(false)
    })

    it('refuses an entry that is past its deleteAt', async () => {
      const { entries } = current.backend
      const dead = await entry(current, { staleAt: current.now() - 2, deleteAt: current.now() - 1 })
      expect(await entries.set(scope, 'key', dead)).toBe(false)
      expect(await entries.get(scope, 'key')).toBeUndefined()
    })

    it('refuses an entry that is too large, and keeps the others', async () => {
      const { entries } = current.backend
      await entries.set(scope, 'kept', await entry(current))
      expect(await entries.set(scope, 'key', await entry(current, { bytes: 2 ** 50 }))).toBe(false)
      expect(await entries.get(scope, 'key')).toBeUndefined()
      expect(await entries.get(scope, 'kept')).toBeDefined()
    })

    it('deletes, and says whether there was anything', async () => {
      const { entries } = current.backend
      await entries.set(scope, 'key', await entry(current))
      expect(await entries.delete(scope, 'key')).toBe(true)
      expect(await entries.get(scope, 'key')).toBeUndefined()
      expect(await entries.delete(scope, 'key')).toBe(false)
    })

    it('counts what it holds', async () => {
      const { entries } = current.backend
      await entries.set(scope, 'a', await entry(current))
      await entries.set(scope, 'b', await entry(current))
      const full = entries.stats()
      expect(full.entries).toBe(2)
      expect(full.bytes).toBeGreaterThanOrEqual(200)
      await entries.delete(scope, 'a')
      expect(entries.stats().entries).toBe(1)
      expect(entries.stats().bytes).toBeLessThan(full.bytes)
      expect(entries.stats().evictions).toBe(0)
    })

    it('finds many at once, those that are there', async () => {
      const { entries } = current.backend
      const [a, b] = [await entry(current, { value: 'a' }), await entry(current, { value: 'b' })]
      await entries.set(scope, 'a', a)
      await entries.set(scope, 'b', b)
      const found = await entries.getMany(scope, ['b', 'none', 'a', 'b'])
      expect(found).toEqual(
        new Map([
          ['a', { entry: a, softened: false }],
          ['b', { entry: b, softened: false }],
        ]),
      )
      expect((await entries.getMany(scope, [])).size).toBe(0)
    })

    it('gives an entry another life without changing anything else of it', async () => {
      const { entries } = current.backend
      const set = await entry(current, { labels: ['tag'] })
      await entries.set(scope, 'key', set)
      await current.advance(15_000)
      const times = { staleAt: current.now() + 10_000, deleteAt: current.now() + 20_000 }
      expect(await entries.touch(scope, 'key', times)).toBe(true)
      await current.advance(15_000)
      expect(await entries.get(scope, 'key')).toEqual({ entry: { ...set, ...times }, softened: false })
      await entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
      expect(await entries.get(scope, 'key')).toBeUndefined()
    })

    it('gives no life to what is not there, is over, or was invalidated', async () => {
      const { entries } = current.backend
      const times = { staleAt: current.now() + 90_000, deleteAt: current.now() + 90_000 }
      expect(await entries.touch(scope, 'none', times)).toBe(false)
      await entries.set(scope, 'marked', await entry(current, { labels: ['tag'] }))
      await entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
      expect(await entries.touch(scope, 'marked', times)).toBe(false)
      await entries.set(scope, 'over', await entry(current))
      await current.advance(20_000 + tolerance)
      expect(await entries.touch(scope, 'over', times)).toBe(false)
      expect(await entries.get(scope, 'over')).toBeUndefined()
    })

    it('ends a life that is cut short', async () => {
      const { entries } = current.backend
      await entries.set(scope, 'key', await entry(current))
      const times = { staleAt: current.now() + 500, deleteAt: current.now() + 1_000 }
      expect(await entries.touch(scope, 'key', times)).toBe(true)
      await current.advance(1_000 + tolerance)
      expect(await entries.get(scope, 'key')).toBeUndefined()
    })
  })
}
