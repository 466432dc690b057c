/** What a store says of the time: it is exact and honest. */
import { describe, expect, it } from 'vitest'
import type { AlgorithmName, Decision } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, charge } from './policies.ts'

export function recovery(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe.each(algorithms)('recovering by %s', (algorithm: AlgorithmName) => {
    const current = withBackend(harness)
    const consume = async (units: number = 1): Promise<Decision> =>
      await current.backend.limits.consume('group', 'key', charge({ algorithm }, units))
    /** Spends the quota unevenly over the window. */
    const spend = async (): Promise<void> => {
      await consume(2)
      await current.advance(300)
      await consume(1)
      await current.advance(130)
      await consume(2)
      for (let time = 0; time < 5; time++) if (!(await consume(1)).allowed) return
    }

    it.each([1, 3, 5])('admits %i units after the wait that it announced, and not before', async (units) => {
      await spend()
      const denied = await consume(units)
      expect(denied.allowed).toBe(false)
      const wait = denied.retryAfterMs ?? Infinity
      expect(Number.isSafeInteger(wait) && wait > 0 && wait <= 2_000).toBe(true)
      const early = Math.max(1, tolerance)
      if (wait > early) {
        await current.advance(wait - early)
        if (tolerance === 0) expect((await consume(units)).allowed).toBe(false)
        await current.advance(early + tolerance)
      } else {
        await current.advance(wait + tolerance)
      }
      expect((await consume(units)).allowed).toBe(true)
    })

    it('does not prolong the wait by asking again', async () => {
      await spend()
      const first = await consume(3)
      for (let time = 0; time < 20; time++) await consume(3)
      const last = await consume(3)
      expect(last.retryAfterMs).toBeLessThanOrEqual(first.retryAfterMs ?? 0)
    })

    it('has the whole quota again at resetAt', async () => {
      await spend()
      const { resetAt } = await consume(0)
      expect(resetAt).toBeGreaterThan(current.now())
      await current.advance(Math.ceil(resetAt - current.now()) + tolerance)
      expect(await consume(5)).toMatchObject({ allowed: true, remaining: 0 })
    })

    it('has at least one unit more at nextAt', async () => {
      await spend()
      const before = (await consume(0)).policies[0]
      const nextAt = before?.nextAt ?? 0
      expect(nextAt).toBeGreaterThan(current.now())
      expect(nextAt).toBeLessThanOrEqual(before?.resetAt ?? 0)
      await current.advance(Math.ceil(nextAt - current.now()) + tolerance)
      expect((await consume(0)).remaining).toBeGreaterThan(before?.remaining ?? Infinity)
    })

    it('says of a whole quota that nothing is to come', async () => {
      const fresh = await consume(0)
      expect(fresh.remaining).toBe(5)
      expect(Math.abs((fresh.policies[0]?.nextAt ?? 0) - current.now())).toBeLessThanOrEqual(tolerance)
      expect(fresh.resetAt - current.now()).toBeLessThanOrEqual(1_000)
    })
  })
}
