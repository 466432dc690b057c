/** The suite of a lock store: a bounded number of holders per key, each for a limited time. */
import { describe, expect, it } from 'vitest'
import type { Lease } from '@forebay/core'
import type { BackendHarness } from './backend-harness.ts'
import { hostileTexts } from './hostile-texts.ts'
import { withBackend } from './with-backend.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function lockStoreContract(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe(`${harness.name}: lock store`, () => {
    const current = withBackend(harness)
    const acquire = async (key: string = 'key', ttlMs: number = 1_000, most?: number) =>
      await current.backend.locks.acquire(key, ttlMs, most)

    it('has at most one holder per key', async () => {
      expect(await acquire()).toBeDefined()
      expect(await acquire()).toBeUndefined()
      expect(await acquire('other')).toBeDefined()
    })

    it('lets one of many that ask at once', async () => {
      const leases = await Promise.all(Array.from({ length: 50 }, () => acquire()))
      expect(leases.filter((lease) => lease !== undefined)).toHaveLength(1)
    })

    it('is free again when given up', async () => {
      const lease = await acquire()
      await lease?.release()
      await lease?.release()
      expect(await acquire()).toBeDefined()
    })

    it('is free again when its time is over', async () => {
      await acquire()
      await current.advance(999 - tolerance)
      expect(await acquire()).toBeUndefined()
      await current.advance(1 + 2 * tolerance)
      expect(await acquire()).toBeDefined()
    })

    it('does not call a key free for longer than it was', async () => {
      const free = (lease: Lease | undefined): number => lease?.freeForMs ?? 0
      const first = await acquire()
      await first?.release()
      const second = await acquire()
      expect(free(second)).toBeLessThanOrEqual(tolerance)
      await current.advance(1_500 + tolerance)
      expect(free(await acquire())).toBeLessThanOrEqual(500 + 2 * tolerance)
    })

    it('lasts longer when renewed', async () => {
      const lease = await acquire()
      await current.advance(800)
      expect(await lease?.renew(1_000)).toBe(true)
      await current.advance(800)
      expect(await acquire()).toBeUndefined()
      await current.advance(200 + tolerance)
      expect(await acquire()).toBeDefined()
    })

    it('cannot be renewed when lost', async () => {
      const lease = await acquire()
      await current.advance(1_000 + tolerance)
      expect(await lease?.renew(1_000)).toBe(false)
      expect(await acquire()).toBeDefined()
      expect(await lease?.renew(1_000)).toBe(false)
    })

    it("never touches a newer holder's lease", async () => {
      const lost = await acquire()
      await current.advance(1_000 + tolerance)
      const newer = await acquire()
      await lost?.release()
      expect(await acquire()).toBeUndefined()
      expect(await newer?.renew(1_000)).toBe(true)
    })

    it('gives every holder of a key a greater token', async () => {
      const tokens: number[] = []
      for (const end of ['release', 'expire', 'release', 'expire'] as const) {
        const lease = await acquire()
        tokens.push(lease?.token ?? Number.NaN)
        if (end === 'release') await lease?.release()
        else await current.advance(1_000 + tolerance)
      }
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b))
    })

    it('has at most as many holders at once as are asked for', async () => {
      const leases = await Promise.all(Array.from({ length: 20 }, () => acquire('key', 1_000, 3)))
      const held = leases.filter((lease) => lease !== undefined)
      expect(held).toHaveLength(3)
      expect(new Set(held.map(({ token }) => token)).size).toBe(3)
      await held[1]?.release()
      await held[1]?.release()
      expect(await acquire('key', 1_000, 3)).toBeDefined()
      expect(await acquire('key', 1_000, 3)).toBeUndefined()
    })

    it('frees the place of each of several holders when its own time is over', async () => {
      const first = await acquire('key', 1_000, 2)
      await acquire('key', 1_000, 2)
      await current.advance(700)
      expect(await first?.renew(1_000)).toBe(true)
      await current.advance(300 + tolerance)
      expect(await acquire('key', 1_000, 2)).toBeDefined()
      expect(await acquire('key', 1_000, 2)).toBeUndefined()
    })

    it('keeps every key apart, whatever it holds', async () => {
      for (const key of hostileTexts) expect(await acquire(key, 60_000)).toBeDefined()
      for (const key of hostileTexts) expect(await acquire(key, 60_000)).toBeUndefined()
    })
  })
}
