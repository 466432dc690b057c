/** Looking ahead: what `consume` would say, changing nothing. */
import { describe, expect, it } from 'vitest'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { algorithms, charge } from './policies.ts'

export function peeking(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe.each(algorithms)('peeking by %s', (algorithm) => {
    const current = withBackend(harness)

    it('says what consume would say', async () => {
      const { limits } = current.backend
      for (const units of [2, 2, 2]) {
        const asked = charge({ algorithm }, units)
        const expected = await limits.peek('group', 'key', asked)
        const decision = await limits.consume('group', 'key', asked)
        expect(decision.allowed).toBe(expected.allowed)
        const [waitMs, expectedMs] = [decision.retryAfterMs ?? 0, expected.retryAfterMs ?? 0]
        expect(Math.abs(waitMs - expectedMs)).toBeLessThanOrEqual(tolerance)
      }
    })

    it('tells what could still be charged', async () => {
      const { limits } = current.backend
      await limits.consume('group', 'key', charge({ algorithm }, 2))
      expect((await limits.peek('group', 'key', charge({ algorithm }, 1))).remaining).toBe(3)
    })

    it('changes nothing', async () => {
      const { limits } = current.backend
      for (let time = 0; time < 10; time++) await limits.peek('group', 'key', charge({ algorithm }, 5))
      expect(await limits.consume('group', 'key', charge({ algorithm }, 5))).toMatchObject({ allowed: true })
    })

    it('says how long to wait', async () => {
      const { limits } = current.backend
      await limits.consume('group', 'key', charge({ algorithm }, 5))
      const denied = await limits.peek('group', 'key', charge({ algorithm }))
      expect(denied.allowed).toBe(false)
      expect(denied.retryAfterMs).toBeGreaterThan(0)
    })
  })
}
