/** Redis decides as memory does, whatever is asked when. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryBackend, type Decision, type Policy, type RateLimitStore } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedParts, type TimedParts } from '../redis/timed-backend.ts'
import { limitTraces, logTraces, type LimitStep, type LimitTrace } from './redis-limit-traces.ts'
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

/** A pair of stores that are asked the same, and what each said. */
class Pair {
  readonly #group = `run ${++runs}`
  readonly #memory: RateLimitStore
  readonly #memoryClock: ManualClock
  readonly #charged = new Map<string, readonly [Decision, Decision]>()

  constructor() {
    this.#memoryClock = manualClock(redis.clock.now())
    this.#memory = memoryBackend({ clock: this.#memoryClock }).limits
  }

  async ask(step: LimitStep, policies: readonly Policy[]): Promise<readonly [unknown, unknown]> {
    this.#memoryClock.advance(step.waitMs)
    redis.clock.advance(step.waitMs)
    const charged = this.#charged.get(step.key)
    const said = await Promise.all([
      this.#askOne(this.#memory, step, { policies, charged: charged?.[0] }),
      this.#askOne(redis.limits, step, { policies, charged: charged?.[1] }),
    ])
    if (step.type === 'consume') this.#charged.set(step.key, said as [Decision, Decision])
    return said
  }

  async #askOne(
    store: RateLimitStore,
    step: LimitStep,
    { policies, charged }: { readonly policies: readonly Policy[]; readonly charged: Decision | undefined },
  ): Promise<unknown> {
    const { key } = step
    const charges = policies.map((policy, index) => ({ policy, units: step.units[index] ?? 0 }))
    switch (step.type) {
      case 'consume':
        return store.consume(this.#group, key, charges, step.rule)
      case 'peek':
        return store.peek(this.#group, key, charges)
      case 'correct':
        return charged && store.adjust(this.#group, key, charges, charged.policies)
      case 'refund': {
        const back = charges.map(({ policy, units }) => ({ policy, units: -Math.abs(units) }))
        return store.adjust(this.#group, key, back)
      }
      case 'reset':
        return store.reset(this.#group, key, policies)
      case 'block':
        return store.block(this.#group, key, step.blockMs)
      case 'unblock':
      default:
        return store.unblock(this.#group, key)
    }
  }
}

async function play(
  { policies, steps }: LimitTrace,
  compare: (said: readonly [unknown, unknown]) => void,
): Promise<void> {
  const pair = new Pair()
  for (const step of steps) compare(await pair.ask(step, policies))
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
