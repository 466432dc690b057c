/** Decisions over several policies: all are charged or none. */
import { describe, expect, it } from 'vitest'
import type { Charge } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, policy } from './policies.ts'

export function atomicity(harness: BackendHarness): void {
  describe.each(algorithms)('several policies by %s', (algorithm) => {
    const current = withBackend(harness)
    const burst = policy({ name: 'burst', limit: 2, windowMs: 1_000, algorithm })
    const daily = policy({ name: 'daily', limit: 10, windowMs: 86_400_000, algorithm })
    const charges = (units: number = 1): readonly Charge[] => [
      { policy: burst, units },
      { policy: daily, units },
    ]
    const consume = async (asked: readonly Charge[] = charges()) =>
      await current.backend.limits.consume('group', 'key', asked)

    it('charges none when one denies', async () => {
      await consume()
      await consume()
      for (let time = 0; time < 5; time++) expect((await consume()).allowed).toBe(false)
      const after = await current.backend.limits.peek('group', 'key', charges(0))
      expect(after.policies.map(({ remaining }) => remaining)).toEqual([0, 8])
    })

    it('charges none when the last one denies', async () => {
      const asked = [
        { policy: daily, units: 1 },
        { policy: burst, units: 3 },
      ]
      expect((await consume(asked)).allowed).toBe(false)
      const after = await current.backend.limits.peek('group', 'key', charges(0))
      expect(after.policies.map(({ remaining }) => remaining)).toEqual([2, 10])
    })

    it('tells each policy apart, in the order given', async () => {
      await consume()
      await consume()
      const denied = await consume()
      expect(denied.policies.map(({ name, allowed }) => [name, allowed])).toEqual([
        ['burst', false],
        ['daily', true],
      ])
    })

    it('charges each policy its own units', async () => {
      const decision = await consume([
        { policy: burst, units: 1 },
        { policy: daily, units: 7 },
      ])
      expect(decision.policies.map(({ remaining }) => remaining)).toEqual([1, 3])
    })

    it('reports the policy that is closest to denial', async () => {
      expect(await consume()).toMatchObject({ limit: 2, remaining: 1 })
      const decision = await consume([
        { policy: burst, units: 0 },
        { policy: daily, units: 9 },
      ])
      expect(decision).toMatchObject({ limit: 10, remaining: 0 })
    })

    it('announces the longest wait among those that denied', async () => {
      await consume([
        { policy: burst, units: 2 },
        { policy: daily, units: 10 },
      ])
      const denied = await consume()
      const waits = denied.policies.map(({ retryAfterMs }) => retryAfterMs ?? 0)
      expect(denied.retryAfterMs).toBe(Math.max(...waits))
    })

    it('admits no more than the tighter policy of many that ask at once', async () => {
      const decisions = await Promise.all(Array.from({ length: 50 }, () => consume()))
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(2)
      const after = await current.backend.limits.peek('group', 'key', charges(0))
      expect(after.policies.map(({ remaining }) => remaining)).toEqual([0, 8])
    })
  })
}
