/** How a store counts: the quota and not a unit more. */
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, charge } from './policies.ts'

export function counting(harness: BackendHarness): void {
  describe.each(algorithms)('counting by %s', (algorithm) => {
    const current = withBackend(harness)
    const consume = async (units: number = 1, limit: number = 5) =>
      await current.backend.limits.consume('group', 'key', charge({ algorithm, limit }, units))

    it('admits the quota, then denies', async () => {
      for (const remaining of [4, 3, 2, 1, 0]) {
        expect(await consume()).toMatchObject({ allowed: true, limit: 5, remaining, source: 'backend' })
      }
      expect(await consume()).toMatchObject({ allowed: false, remaining: 0, reason: 'quota' })
    })

    it('charges as many units as asked', async () => {
      expect(await consume(3)).toMatchObject({ allowed: true, remaining: 2 })
      expect(await consume(3)).toMatchObject({ allowed: false })
      expect(await consume(2)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('charges a denied request nothing', async () => {
      await consume(4)
      for (let time = 0; time < 10; time++) expect((await consume(2)).allowed).toBe(false)
      expect(await consume(1)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('only looks with 0 units', async () => {
      await consume(5)
      expect(await consume(0)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('denies what could never fit, says so, and charges nothing', async () => {
      const decision = await consume(6)
      expect(decision.allowed).toBe(false)
      expect(decision.retryAfterMs).toBeUndefined()
      expect(decision.policies[0]?.retryAfterMs).toBe(Infinity)
      expect(await consume(5)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('denies everything with a limit of 0', async () => {
      const decision = await consume(1, 0)
      expect(decision).toMatchObject({ allowed: false, limit: 0, remaining: 0 })
      expect(decision.retryAfterMs).toBeUndefined()
    })

    it('keeps what was used when the limit becomes another', async () => {
      await consume(3)
      expect(await consume(1, 10)).toMatchObject({ allowed: true, limit: 10, remaining: 6 })
      expect(await consume(1, 4)).toMatchObject({ allowed: false, limit: 4, remaining: 0 })
      expect(await consume(1, 5)).toMatchObject({ allowed: true, remaining: 0 })
      expect(await consume(2, 7)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('admits exactly 50 of 200 that ask at once', async () => {
      const decisions = await Promise.all(Array.from({ length: 200 }, () => consume(1, 50)))
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(50)
    })

    it('gives every one of those that ask at once a number of its own', async () => {
      const decisions = await Promise.all(Array.from({ length: 20 }, () => consume(1, 20)))
      const remaining = decisions.map((decision) => decision.remaining)
      expect(remaining.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index))
    })

    it('says whom and by what it counted', async () => {
      const decision = await consume(2)
      expect(decision.key).toBe('key')
      expect(decision.policies).toHaveLength(1)
      expect(decision.policies[0]).toMatchObject({
        name: 'default',
        allowed: true,
        limit: 5,
        windowMs: 1_000,
        remaining: 3,
      })
      expect(decision.policies[0]?.retryAfterMs).toBeUndefined()
    })

    it('counts what it keeps', async () => {
      const before = current.backend.limits.stats().keys
      await consume()
      expect(current.backend.limits.stats().keys).toBe(before + 1)
      await consume()
      expect(current.backend.limits.stats().keys).toBe(before + 1)
      expect(current.backend.limits.stats().evictions).toBe(0)
    })
  })
}
