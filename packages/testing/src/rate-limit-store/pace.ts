/** How much passes over time: what each algorithm promises. */
import { describe, expect, it } from 'vitest'
import type { AlgorithmName } from '@forebay/core'
import type { BackendHarness } from '../backend-harness.ts'
import { withBackend } from '../with-backend.ts'
import { charge, policy } from './policies.ts'

/** Waits in ms between attempts: bursts, edges of windows, idle times. The same in every run. */
const rhythm = [
  0, 0, 0, 990, 9, 1, 1, 0, 0, 400, 100, 99, 1, 250, 249, 1, 0, 500, 3, 497, 0, 0, 1_200, 0, 0, 0, 5,
]

export function pace(harness: BackendHarness): void {
  const tolerance = harness.toleranceMs ?? 0

  describe('pace', () => {
    const current = withBackend(harness)

    /** Asks for one unit again and again in that rhythm; the instants of those that were admitted. */
    async function admitted(algorithm: AlgorithmName, burst: number = 5): Promise<number[]> {
      const instants: number[] = []
      for (const wait of [...rhythm, ...rhythm.toReversed()]) {
        await current.advance(wait)
        for (let time = 0; time < 2; time++) {
          const decision = await current.backend.limits.consume('group', 'key', charge({ algorithm, burst }))
          if (decision.allowed) instants.push(current.now())
        }
      }
      return instants
    }

    it.each(['sliding-window', 'sliding-log'] as const)(
      '%s admits at most the limit in any interval of the length of the window',
      async (algorithm) => {
        const instants = await admitted(algorithm)
        expect(instants.length).toBeGreaterThan(10)
        for (const from of instants) {
          const within = instants.filter((instant) => instant >= from && instant < from + 1_000 - tolerance)
          expect(within.length).toBeLessThanOrEqual(5)
        }
      },
    )

    it.each(['token-bucket', 'gcra'] as const)(
      '%s admits the burst and then a steady rate',
      async (algorithm) => {
        const instants = await admitted(algorithm)
        expect(instants.length).toBeGreaterThan(10)
        for (const [index, from] of instants.entries()) {
          for (const [further, to] of instants.slice(index).entries()) {
            expect(further + 1).toBeLessThanOrEqual(5 + (to - from + tolerance) / 200 + 1e-6)
          }
        }
      },
    )

    it.each(['token-bucket', 'gcra'] as const)(
      '%s gives a unit back every window / limit',
      async (algorithm) => {
        const one = charge({ algorithm })
        await current.backend.limits.consume('group', 'key', [{ policy: policy({ algorithm }), units: 5 }])
        for (let time = 0; time < 3; time++) {
          await current.advance(200 + tolerance)
          expect((await current.backend.limits.consume('group', 'key', one)).allowed).toBe(true)
          expect((await current.backend.limits.consume('group', 'key', one)).allowed).toBe(false)
        }
      },
    )

    it.each(['token-bucket', 'gcra'] as const)(
      '%s admits no more at once than its burst',
      async (algorithm) => {
        const asked = { algorithm, limit: 10, burst: 2 }
        const decisions = []
        for (let time = 0; time < 4; time++) {
          decisions.push(await current.backend.limits.consume('group', 'key', charge(asked)))
        }
        expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false, false])
      },
    )

    it('fixed-window counts from the first hit, and forgets all at its end', async () => {
      const asked = { algorithm: 'fixed-window', limit: 2 } as const
      const consume = async () => await current.backend.limits.consume('group', 'key', charge(asked))
      const { resetAt } = await consume()
      expect(Math.abs(resetAt - current.now() - 1_000)).toBeLessThanOrEqual(tolerance)
      await current.advance(700)
      expect(await consume()).toMatchObject({ allowed: true, remaining: 0 })
      expect((await consume()).allowed).toBe(false)
      await current.advance(300 + tolerance)
      expect(await consume()).toMatchObject({ allowed: true, remaining: 1 })
    })
  })
}
