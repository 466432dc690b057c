/** Redis decides as memory does, whatever is asked when. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryBackend, type Decision } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedParts, type TimedParts } from '../redis/timed-backend.ts'
import { Pair } from './limit-pair.ts'
import { limitTraces, logTraces, type LimitTrace } from './redis-limit-traces.ts'
import { mostWithin, startsAt, type Admitted } from './rate-limit-traces.ts'

let node: RedisNode
let redis: TimedParts

beforeAll(async () => {
  node = await startRedisNode()
  redis = timedParts(`redis://127.0.0.1:${node.port}`, 'differential:', {
    clock: manualClock(startsAt),
  })
})

afterAll(async () => {
  await redis.close()
  await node.stop()
})

let runs = 0

/** Memory and Redis, at the same time of their own. */
function pairNow(): { readonly pair: Pair; readonly clock: ManualClock } {
  const clock = manualClock(redis.clock.now())
  return { pair: new Pair([memoryBackend({ clock }).limits, redis.limits]), clock }
}

async function play(
  { policies, steps }: LimitTrace,
  compare: (said: readonly [unknown, unknown]) => void,
): Promise<void> {
  const { pair, clock } = pairNow()
  for (const step of steps) {
    clock.advance(step.waitMs)
    redis.clock.advance(step.waitMs)
    compare(await pair.ask(step, policies))
  }
}

describe('memory and Redis', () => {
  it('say the same, to the last number, when nothing is answered from what is remembered', async () => {
    await fc.assert(
      fc.asyncProperty(limitTraces, async (trace) => {
        await play(trace, ([memory, other]) => {
          redis.limits.forgetDenials()
          expect(other).toEqual(memory)
        })
      }),
      { numRuns: 250 },
    )
  })

  it('keep the same log, however long it goes on', async () => {
    await fc.assert(
      fc.asyncProperty(logTraces, async (trace) => {
        await play(trace, ([memory, other]) => {
          redis.limits.forgetDenials()
          expect(other).toEqual(memory)
        })
      }),
      { numRuns: 20 },
    )
  })

  it('decide the same with denials answered from what is remembered', async () => {
    await fc.assert(
      fc.asyncProperty(limitTraces, async (trace) => {
        const outcome = (said: unknown): unknown => {
          const decision = said as Decision | undefined
          return decision && [decision.allowed, decision.retryAfterMs, !decision.allowed && decision.reason]
        }
        await play(trace, ([memory, other]) => expect(outcome(other)).toEqual(outcome(memory)))
      }),
      { numRuns: 250 },
    )
  })

  it.each(['token-bucket', 'gcra'] as const)(
    'say the same of a debt that nobody lives to see end: %s',
    async (algorithm) => {
      const { pair, clock } = pairNow()
      const burst = Number.MAX_SAFE_INTEGER
      const policies = [{ name: 'p0', limit: 1, windowMs: 315_360_000_000, algorithm, burst }] as const
      for (const units of [1, 20_000, 100_000, 1e12, 1]) {
        clock.advance(10)
        redis.clock.advance(10)
        redis.limits.forgetDenials()
        const step = {
          key: 'b',
          waitMs: 10,
          blockMs: 1,
          type: 'consume',
          units: [units, 0, 0],
          rule: undefined,
        }
        const [memory, other] = await pair.ask(step as never, policies)
        expect(other).toEqual(memory)
      }
    },
  )

  it('correct a charge of a bucket that is full again, until an empty one would have filled', async () => {
    const { pair, clock } = pairNow()
    const policies = [{ name: 'p0', limit: 2, windowMs: 1_000, algorithm: 'token-bucket', burst: 8 }] as const
    const step = { key: 'b', waitMs: 0, blockMs: 1, rule: undefined, units: [1] }
    await pair.ask({ ...step, type: 'consume' }, policies)
    clock.advance(3_990)
    redis.clock.advance(3_990)
    await pair.ask({ ...step, type: 'block' }, policies)
    await pair.ask({ ...step, type: 'unblock' }, policies)
    await pair.ask({ ...step, type: 'correct', units: [5] }, policies)
    const [memory, other] = await pair.ask({ ...step, type: 'peek' }, policies)
    expect(other).toEqual(memory)
    expect((other as Decision).remaining).toBe(3)
  })

  it('give back units of a log to the last one, however many it holds', async () => {
    const { pair } = pairNow()
    const limit = Number.MAX_SAFE_INTEGER
    const policies = [{ name: 'p0', limit, windowMs: 1_000, algorithm: 'sliding-log', burst: limit }] as const
    const step = { key: 'b', waitMs: 0, blockMs: 1, rule: undefined }
    for (const type of ['consume', 'refund', 'peek'] as const) {
      const [memory, other] = await pair.ask(
        { ...step, type, units: [type === 'consume' ? limit - 1 : 1] },
        policies,
      )
      expect(other).toEqual(memory)
    }
  })

  it('let a dear cost wait longer once a cheaper one was charged after its denial', async () => {
    const { pair, clock } = pairNow()
    const policies = [{ name: 'p0', limit: 2, windowMs: 1_000, algorithm: 'sliding-log', burst: 2 }] as const
    const waits: unknown[] = []
    for (const [waitMs, units] of [
      [0, 1],
      [0, 2],
      [20, 1],
      [0, 2],
    ] as const) {
      clock.advance(waitMs)
      redis.clock.advance(waitMs)
      const step = { key: 'b', waitMs, blockMs: 1, type: 'consume', units: [units, 0, 0], rule: undefined }
      const said = await pair.ask(step as never, policies)
      waits.push(said.map((decision) => (decision as Decision).retryAfterMs))
    }
    expect(waits).toEqual([
      [undefined, undefined],
      [1_000, 1_000],
      [undefined, undefined],
      [1_000, 1_000],
    ])
  })
})

describe("a server's clock that is set back", () => {
  it.each(['sliding-window', 'sliding-log'] as const)('lets %s admit nobody too early', async (algorithm) => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 80 }), fc.constantFrom(0, 0, 0, 0, 30, 5_000)),
      {
        minLength: 20,
        maxLength: 80,
      },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (trace) => {
        const group = `set back ${++runs}`
        const policy = { name: 'p', limit: 4, windowMs: 100, algorithm, burst: 4 }
        const admitted: Admitted[] = []
        let at = 0
        for (const [waitMs, setBackMs] of trace) {
          at += waitMs
          redis.clock.advance(waitMs - setBackMs)
          redis.limits.forgetDenials()
          const { allowed } = await redis.limits.consume(group, 'a', [{ policy, units: 1 }])
          if (allowed) admitted.push({ at, units: 1 })
        }
        expect(mostWithin(admitted, policy.windowMs)).toBeLessThanOrEqual(policy.limit)
      }),
      { numRuns: 40 },
    )
  })
})
