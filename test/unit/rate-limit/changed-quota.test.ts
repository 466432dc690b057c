/** A quota that becomes another: what the limiter then says of the wait is true. */
import { expect, it } from 'vitest'
import { memoryBackend, type AlgorithmName, type Charge } from '@forebay/core'
import { manualClock } from '@forebay/testing'

const hourMs = 3_600_000

function charge(algorithm: AlgorithmName, limit: number): readonly Charge[] {
  return [{ policy: { name: 'p', algorithm, limit, windowMs: hourMs, burst: 1 }, units: 1 }]
}

const changes = [
  ['token-bucket', 1, 100],
  ['token-bucket', 100, 1],
  ['gcra', 1, 100],
  ['gcra', 1, 3],
  ['gcra', 100, 1],
  ['gcra', 7, 1],
] as const

it.each(changes)(
  'admits by %s, from %i to %i, who waits as long as told',
  async (algorithm, before, after) => {
    const clock = manualClock()
    const { limits } = memoryBackend({ clock })
    await limits.consume('group', 'key', charge(algorithm, before))
    clock.advance(10_000)
    const denied = await limits.consume('group', 'key', charge(algorithm, after))
    expect(denied.allowed).toBe(false)
    const waitMs = denied.retryAfterMs ?? NaN
    clock.advance(waitMs - 1)
    expect(await limits.peek('group', 'key', charge(algorithm, after))).toMatchObject({
      allowed: false,
      retryAfterMs: 1,
    })
    clock.advance(1)
    expect(await limits.consume('group', 'key', charge(algorithm, after))).toMatchObject({ allowed: true })
  },
)
