/** Correcting what was charged: only in the window that was charged, and never below zero. */
import { describe, expect, it } from 'vitest'
import type { Decision } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, charge } from './policies.ts'

export function adjusting(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe.each(algorithms)('adjusting by %s', (algorithm) => {
    const current = withBackend(harness)
    const consume = async (units: number): Promise<Decision> =>
      await current.backend.limits.consume('group', 'key', charge({ algorithm }, units))
    const adjust = async (units: number, charged: Decision): Promise<void> =>
      await current.backend.limits.adjust('group', 'key', charge({ algorithm }, units), charged.policies)

    it('gives back', async () => {
      await adjust(-2, await consume(3))
      expect((await consume(0)).remaining).toBe(4)
    })

    it('charges on', async () => {
      await adjust(2, await consume(1))
      expect((await consume(0)).remaining).toBe(2)
    })

    it('charges on beyond the limit, and nothing is left then', async () => {
      await adjust(10, await consume(1))
      expect((await consume(0)).remaining).toBe(0)
      expect((await consume(1)).allowed).toBe(false)
    })

    it('never gives back more than was charged', async () => {
      await adjust(-50, await consume(2))
      expect((await consume(0)).remaining).toBe(5)
      expect((await consume(6)).allowed).toBe(false)
    })

    it('changes nothing where the window that was charged is over', async () => {
      const charged = await consume(2)
      await current.advance(2_500 + tolerance)
      await consume(3)
      await adjust(-2, charged)
      expect((await consume(0)).remaining).toBe(2)
      await adjust(2, charged)
      expect((await consume(0)).remaining).toBe(2)
    })

    it('does nothing for a key that was never charged', async () => {
      const charged = await consume(1)
      await current.backend.limits.adjust('group', 'other', charge({ algorithm }, -1), charged.policies)
      const other = await current.backend.limits.peek('group', 'other', charge({ algorithm }, 0))
      expect(other.remaining).toBe(5)
    })
  })
}
