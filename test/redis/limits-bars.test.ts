/** What limits cost Redis, and what they leave there: round trips, keys, time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlgorithmName, Charge, Decision } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { manualClock } from '@forebay/testing'
import { algorithmNames } from '../property/rate-limit-traces.ts'
import { admittedAtOnce, chargesOf } from './asking.ts'
import { startCuttingFront } from './cutting-front.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { skewedLimits } from './skewed-limits.ts'
import { timedParts } from './timed-backend.ts'

let node: RedisNode
let backend: RedisBackend
let url = ''

beforeEach(async () => {
  node = await startRedisNode()
  url = `redis://127.0.0.1:${node.port}`
  backend = redisBackend(url, { prefix: 'bars:', timeout: '5s' })
})

afterEach(async () => {
  await backend.close()
  await node.stop()
})

const policyOf = (algorithm: AlgorithmName, limit: number, windowMs: number): Charge => ({
  policy: { name: algorithm, limit, windowMs, algorithm, burst: limit },
  units: 1,
})

/** Calls of commands by clients since the last reset; those inside a script belong to the script. */
async function scriptCalls(): Promise<string[]> {
  const stats = String(await node.command('INFO', 'commandstats'))
  return [...stats.matchAll(/cmdstat_(eval\w*):calls=(\d+)/g)].map(([, name, calls]) => `${name} ${calls}`)
}

describe('one decision', () => {
  it('is one round trip, however many policies, and none for a key that is known to be denied', async () => {
    const charges = [...algorithmNames, 'sliding-log' as const].map((algorithm, index) => ({
      policy: { ...policyOf(algorithm, 2, 60_000).policy, name: `p${index}` },
      units: 1,
    }))
    await backend.limits.consume('trips', 'warm', charges)
    await node.command('CONFIG', 'RESETSTAT')
    const first = await backend.limits.consume('trips', 'a', charges)
    expect([first.allowed, first.policies.length]).toEqual([true, 6])
    expect(await scriptCalls()).toEqual(['evalsha 1'])
    await backend.limits.consume('trips', 'a', charges)
    const denied = await backend.limits.consume('trips', 'a', charges)
    expect(denied.allowed).toBe(false)
    expect(await scriptCalls()).toEqual(['evalsha 3'])
    for (let time = 0; time < 50; time++) {
      const again = await backend.limits.consume('trips', 'a', charges)
      expect([again.allowed, again.limit, again.remaining]).toEqual([false, denied.limit, 0])
    }
    expect(await scriptCalls()).toEqual(['evalsha 3'])
  })

  it('costs no more for policies that were taken away, and they are forgotten only when they end', async () => {
    const quick = algorithmNames.filter((algorithm) => algorithm !== 'sliding-log')
    const [first, ...others] = quick.map((algorithm) => policyOf(algorithm, 5, 60_000))
    const before = [first!, ...others]
    const now = [first!]
    const take = async (charges: readonly Charge[]): Promise<readonly number[]> => {
      const { policies } = await backend.limits.consume('changed', 'a', charges)
      return policies.map(({ remaining }) => remaining)
    }
    await take(before)
    // The first one puts what is asked for now in front.
    expect(await take(now)).toEqual([3])
    await node.command('CONFIG', 'RESETSTAT')
    expect([await take(now), await take(now)]).toEqual([[2], [1]])
    // The whole record is read by what cannot be decided the quick way, and by nothing else.
    expect(String(await node.command('INFO', 'commandstats'))).not.toContain('cmdstat_get:')
    expect(await take(before)).toEqual([0, ...others.map(() => 3)])
  })

  it('is none for a while where it could never fit', async () => {
    const parts = timedParts(url, 'hopeless:', { clock: manualClock(1_800_000_000_000) })
    for (const [limit, units] of [
      [0, 1],
      [2, 3],
    ] as const) {
      const charges = [{ ...policyOf('sliding-window', limit, 60_000), units }]
      const ask = async (): Promise<Decision> => parts.limits.consume('hopeless', `${limit}`, charges)
      const denied = await ask()
      expect(denied).toMatchObject({ allowed: false, reason: 'quota', remaining: limit })
      await node.command('CONFIG', 'RESETSTAT')
      parts.clock.advance(999)
      const again = await ask()
      expect({ ...again, policies: [], resetAt: 0 }).toEqual({ ...denied, policies: [], resetAt: 0 })
      expect(await scriptCalls()).toEqual([])
      parts.clock.advance(1)
      expect(await ask()).toMatchObject({ allowed: false, reason: 'quota', remaining: limit })
      expect(await scriptCalls()).toEqual(['evalsha 1'])
    }
    await parts.close()
  })

  it('of a tick travels with the others of that tick', async () => {
    const charges = chargesOf(1_000)
    await backend.limits.consume('tick', 'warm', charges)
    await node.command('CONFIG', 'RESETSTAT')
    expect(await admittedAtOnce(() => backend.limits.consume('tick', 'a', charges), 64)).toBe(64)
    const calls = Number((await scriptCalls())[0]?.split(' ')[1])
    expect(calls).toBeLessThanOrEqual(8)
  })
})

describe('what is left in Redis', () => {
  it('has an end and our prefix, errors included', async () => {
    await using front = await startCuttingFront(node.port)
    await using shaky = redisBackend(`redis://127.0.0.1:${front.port}`, { prefix: 'left:', timeout: '300ms' })
    await using full = redisBackend(url, { prefix: 'left:' })
    const windows = [1, 50, 86_400_000, 315_360_000_000]
    let failures = 0
    for (let step = 0; step < 400; step++) {
      const { limits } = step % 2 === 0 ? shaky : full
      if (step % 37 === 0) front.cutNextAnswer()
      if (step === 200) await node.command('CONFIG', 'SET', 'maxmemory', '1')
      if (step === 220) await node.command('CONFIG', 'SET', 'maxmemory', '0')
      if (step % 90 === 0) await node.command('SCRIPT', 'FLUSH')
      const charges = algorithmNames.map((algorithm) => ({
        ...policyOf(algorithm, 3, windows[step % windows.length] ?? 1),
        units: (step * 7) % 4,
      }))
      const key = `k${step % 5}`
      const asked = [
        async () =>
          limits.consume(
            'left',
            key,
            charges,
            step % 3 === 0 ? { blockMs: 80, factor: 3, maxMs: 9_000 } : undefined,
          ),
        async () =>
          limits.adjust(
            'left',
            key,
            charges.map((charge) => ({ ...charge, units: -1 })),
          ),
        async () => limits.adjust('left', key, charges),
        async () => limits.block('left', key, windows[step % windows.length] ?? 1),
        async () => limits.unblock('left', key),
        async () =>
          limits.reset(
            'left',
            key,
            charges.slice(0, 2).map(({ policy }) => policy),
          ),
      ]
      await asked[step % 11 < 6 ? 0 : step % asked.length]?.().catch(() => failures++)
    }
    expect(failures).toBeGreaterThan(5)
    const keys = (await node.command('KEYS', '*')) as string[]
    expect(keys.length).toBeGreaterThan(5)
    for (const key of keys) {
      expect(key).toMatch(/^left:\{\w+\}/)
      // -1: no end. It may have come meanwhile.
      expect(await node.command('PTTL', key), key).not.toBe(-1)
    }
  })

  it.each(algorithmNames)('has an end again where somebody took it away: %s', async (algorithm) => {
    await using own = redisBackend(url, { prefix: `${algorithm}:`, timeout: '5s' })
    const charge = policyOf(algorithm, 60, 60_000)
    const takeEndAway = async (): Promise<readonly string[]> => {
      const keys = (await node.command('KEYS', `${algorithm}:*`)) as string[]
      for (const key of keys) expect(await node.command('PERSIST', key)).toBe(1)
      return keys
    }
    const changes = [
      async () => own.limits.consume('bars', 'a', [charge]),
      async () => own.limits.consume('bars', 'a', [charge]),
      async () => own.limits.adjust('bars', 'a', [{ ...charge, units: -1 }]),
    ]
    for (const change of changes) {
      // Two charges within a millisecond would be one line.
      await new Promise((resolve) => setTimeout(resolve, 3))
      const keys = await takeEndAway()
      await change()
      for (const key of keys) expect(await node.command('PTTL', key), key).toBeGreaterThan(0)
    }
  })

  it('is a log of bounded length, however long it goes on', async () => {
    const parts = timedParts(url, 'log:', { clock: manualClock(1_800_000_000_000) })
    const charges = [policyOf('sliding-log', 40, 1_000)]
    let longest = 0
    for (let step = 0; step < 1_500; step++) {
      parts.clock.advance(step % 3 === 0 ? 41 : 11)
      await parts.limits.consume('log', 'a', charges)
      if (step % 50 !== 0) continue
      const log = ((await node.command('KEYS', 'log:*')) as string[]).find((key) => /:.*:.*:/.test(key))
      longest = Math.max(longest, Number(await node.command('STRLEN', log ?? '')))
    }
    await parts.close()
    // 16 bytes a line; twice what counts, and a few more before it is worth the while.
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThanOrEqual(16 * (2 * 40 + 34))
  })
})

describe('two hosts whose clocks are two hours apart', () => {
  it('behave as one', async () => {
    const early = skewedLimits(url, -3_600_000)
    const late = skewedLimits(url, 3_600_000)
    const charges = chargesOf(50, 1_500)
    const ask = async (key: string): Promise<number> => {
      const admitted = await Promise.all([
        admittedAtOnce(() => early.limits.consume('skew', key, charges), 40),
        admittedAtOnce(() => late.limits.consume('skew', key, charges), 40),
      ])
      return admitted[0] + admitted[1]
    }
    expect(await ask('a')).toBe(50)
    const [one, other] = [
      await early.limits.peek('skew', 'a', charges),
      await late.limits.peek('skew', 'a', charges),
    ]
    expect(one.resetAt).toBe(other.resetAt)
    expect(Math.abs(early.clock.now() - late.clock.now())).toBeLessThan(200)
    // As each host would write it into a field, for its own clients.
    const ahead = (host: typeof early, at: number): number => host.clock.toWall(at) - host.local.now()
    expect(Math.abs(ahead(early, one.resetAt) - ahead(late, other.resetAt))).toBeLessThan(200)
    // Both know that the key is denied, and both let it in again when its window is over, not an hour early or late.
    await new Promise((resolve) => setTimeout(resolve, 1_550))
    expect(await ask('a')).toBe(50)
    await Promise.all([early.close(), late.close()])
  })
})
