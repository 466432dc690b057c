/** Keys that are kept out, and how they come back in. */
import { describe, expect, it } from 'vitest'
import type { BlockRule, Decision } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { charge, policy } from './policies.ts'

export function blocking(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe('blocking', () => {
    const current = withBackend(harness)
    const consume = async (key: string = 'key', block?: BlockRule): Promise<Decision> =>
      await current.backend.limits.consume('group', key, charge({ limit: 2 }), block)

    it('keeps a blocked key out whatever its quota, and no other', async () => {
      await current.backend.limits.block('group', 'key', 5_000)
      const denied = await consume()
      expect(denied).toMatchObject({ allowed: false, reason: 'blocked' })
      expect(Math.abs((denied.retryAfterMs ?? 0) - 5_000)).toBeLessThanOrEqual(tolerance)
      expect((await consume('other')).allowed).toBe(true)
    })

    it('shows the block to those who peek', async () => {
      await current.backend.limits.block('group', 'key', 5_000)
      const denied = await current.backend.limits.peek('group', 'key', charge())
      expect(denied).toMatchObject({ allowed: false, reason: 'blocked' })
    })

    it('lets the key in again when the block ends', async () => {
      await current.backend.limits.block('group', 'key', 1_500)
      await current.advance(1_500 + tolerance)
      expect((await consume()).allowed).toBe(true)
    })

    it('lifts a block', async () => {
      await current.backend.limits.block('group', 'key', 5_000)
      await current.backend.limits.unblock('group', 'key')
      expect((await consume()).allowed).toBe(true)
    })

    it('does nothing when there is no block to lift', async () => {
      await consume()
      await current.backend.limits.unblock('group', 'key')
      expect(await consume()).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('forgets counters and block on reset', async () => {
      await consume()
      await consume()
      await current.backend.limits.block('group', 'key', 5_000)
      await current.backend.limits.reset('group', 'key', [policy({ limit: 2 })])
      expect(await consume()).toMatchObject({ allowed: true, remaining: 1 })
    })
  })

  describe('blocking after a denial', () => {
    const current = withBackend(harness)
    const rule: BlockRule = { blockMs: 2_000, factor: 3, maxMs: 10_000 }
    const consume = async (): Promise<Decision> =>
      await current.backend.limits.consume('group', 'key', charge({ limit: 1 }), rule)
    /** Uses the quota up and is denied; the wait that is announced from then on. */
    const provoke = async (): Promise<number> => {
      await consume()
      await consume()
      return (await consume()).retryAfterMs ?? 0
    }

    it('keeps the key out for as long as the rule says', async () => {
      expect(Math.abs((await provoke()) - 2_000)).toBeLessThanOrEqual(tolerance)
      await current.advance(1_500)
      expect((await consume()).allowed).toBe(false)
      await current.advance(500 + tolerance)
      expect((await consume()).allowed).toBe(true)
    })

    it('does not prolong the block when the key keeps asking', async () => {
      await provoke()
      for (let time = 0; time < 10; time++) {
        await current.advance(100)
        await consume()
      }
      await current.advance(1_000 + tolerance)
      expect((await consume()).allowed).toBe(true)
    })

    it('makes the next block longer, up to the longest', async () => {
      const waits: number[] = []
      for (let time = 0; time < 4; time++) {
        const wait = await provoke()
        waits.push(wait)
        await current.advance(wait + tolerance)
      }
      for (const [index, expected] of [2_000, 6_000, 10_000, 10_000].entries()) {
        expect(Math.abs((waits[index] ?? 0) - expected)).toBeLessThanOrEqual(tolerance)
      }
    })

    it('falls back after a clean longest time', async () => {
      const wait = await provoke()
      await current.advance(wait + 10_000 + tolerance)
      expect(Math.abs((await provoke()) - 2_000)).toBeLessThanOrEqual(tolerance)
    })

    it('stays fallen back when the key is then kept out by hand', async () => {
      const wait = await provoke()
      await current.advance(wait + 10_000 + tolerance)
      await current.backend.limits.block('group', 'key', 60_000)
      await current.backend.limits.unblock('group', 'key')
      expect(Math.abs((await provoke()) - 2_000)).toBeLessThanOrEqual(tolerance)
    })

    it('forgets how far it grew on reset', async () => {
      await provoke()
      await current.backend.limits.reset('group', 'key', [policy({ limit: 1 })])
      expect(Math.abs((await provoke()) - 2_000)).toBeLessThanOrEqual(tolerance)
    })
  })
}
