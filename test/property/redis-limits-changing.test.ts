/** Redis decides as memory does, whatever becomes of the policies meanwhile, and whoever asks at the same time. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { memoryBackend, type AlgorithmName, type Charge, type RateLimitStore } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedParts, type TimedParts } from '../redis/timed-backend.ts'
import { algorithmNames, startsAt } from './rate-limit-traces.ts'

let node: RedisNode
let redis: TimedParts
let runs = 0

beforeAll(async () => {
  node = await startRedisNode()
  redis = timedParts(`redis://127.0.0.1:${node.port}`, 'changing:', { clock: manualClock(startsAt) })
})

afterAll(async () => {
  await redis.close()
  await node.stop()
})

/** A memory store of its own for every run, whose time goes as that of Redis does. */
function mirror(): { readonly memory: RateLimitStore; readonly clock: ManualClock; readonly group: string } {
  const clock = manualClock(redis.clock.now())
  return { memory: memoryBackend({ clock }).limits, clock, group: `run ${++runs}` }
}

/** Some whose products no float holds exactly. */
const quota = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
  fc.constantFrom(3_000_000_000, Number.MAX_SAFE_INTEGER),
)

const sizes = fc.record({
  limit: quota,
  windowMs: fc.constantFrom(1, 7, 60, 100, 101, 1_000, 315_360_000_000),
  burst: quota,
  units: fc.integer({ min: 0, max: 3 }),
})

type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never

function chargeOf(algorithm: AlgorithmName, name: string, { limit, windowMs, burst, units }: Sizes): Charge {
  const hasBurst = algorithm === 'token-bucket' || algorithm === 'gcra'
  return { policy: { name, algorithm, limit, windowMs, burst: hasBurst ? burst : limit }, units }
}

const algorithm = fc.constantFrom(...algorithmNames)

it('of policies whose limits and windows change from one request to the next', async () => {
  const step = fc.record({
    waitMs: fc.constantFrom(0, 0, 0, 1, 3, 12, 13, 20, 21, 60, 100, 200),
    first: sizes,
    second: sizes,
    givesBack: fc.integer({ min: -2, max: 2 }),
  })
  const traces = fc.record({
    algorithms: fc.array(
      // What a log has forgotten under a shorter window depends on who looked.
      algorithm.filter((name) => name !== 'sliding-log'),
      { minLength: 1, maxLength: 2 },
    ),
    choices: fc.tuple(sizes, sizes),
    steps: fc.array(step, { minLength: 1, maxLength: 40 }),
    isSteady: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(traces, async ({ algorithms, choices, steps, isSteady }) => {
      const { memory, clock, group } = mirror()
      // What was over under a shorter window or a faster rate is gone, in Redis: they only become shorter and faster.
      const windows = steps.map(({ first }) => first.windowMs).toSorted((a, b) => b - a)
      const limits = steps.map(({ first }) => first.limit).toSorted((a, b) => a - b)
      for (const [at, { waitMs, first, second, givesBack }] of steps.entries()) {
        clock.advance(waitMs)
        redis.clock.advance(waitMs)
        const charges = algorithms.map((name, index) => {
          const own = { ...(index === 0 ? first : second), windowMs: windows[at] ?? 1 }
          const isRate = name === 'gcra' || name === 'token-bucket'
          const changing = isRate ? { ...own, limit: limits[at] ?? 1 } : own
          return chargeOf(
            name,
            `p${index}`,
            isSteady ? { ...choices[index === 0 ? 0 : 1], units: changing.units } : changing,
          )
        })
        redis.limits.forgetDenials()
        const said = await redis.limits.consume(group, 'a', charges)
        expect(said).toEqual(await memory.consume(group, 'a', charges))
        if (givesBack >= 0) continue
        const back = charges.map(({ policy }) => ({ policy, units: givesBack }))
        await redis.limits.adjust(group, 'a', back, said.policies)
        await memory.adjust(group, 'a', back, said.policies)
      }
    }),
    { numRuns: 200 },
  )
})

it('of a key whose policies are asked about in one list and another', async () => {
  const lists = [['a'], ['a', 'b'], ['b', 'a'], ['a', 'b', 'c'], ['c', 'a']] as const
  const step = fc.record({
    waitMs: fc.constantFrom(0, 0, 0, 1, 3, 12, 20, 60, 100),
    list: fc.constantFrom(...lists),
    units: fc.oneof(fc.constant([1, 1, 1]), fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2))),
    givesBack: fc.constantFrom(0, 0, 0, -1, -2),
    times: fc.integer({ min: 1, max: 4 }),
  })
  const policy = fc.record({ algorithm, sizes })
  const traces = fc.record({
    policies: fc.record({ a: policy, b: policy, c: policy }),
    steps: fc.array(step, { minLength: 1, maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(traces, async ({ policies, steps }) => {
      const { memory, clock, group } = mirror()
      for (const { waitMs, list, units, givesBack, times } of steps) {
        clock.advance(waitMs)
        redis.clock.advance(waitMs)
        const charges = list.map((name, index) => {
          const { algorithm: own, sizes: of } = policies[name]
          return chargeOf(own, name, { ...of, units: units[index] ?? 1 })
        })
        for (let time = 0; time < times; time++) {
          redis.limits.forgetDenials()
          const said = await redis.limits.consume(group, 'a', charges)
          expect(said).toEqual(await memory.consume(group, 'a', charges))
          if (givesBack === 0 || !said.allowed) continue
          const back = charges.map(({ policy: one }) => ({ policy: one, units: givesBack }))
          await redis.limits.adjust(group, 'a', back, said.policies)
          await memory.adjust(group, 'a', back, said.policies)
        }
      }
    }),
    { numRuns: 200 },
  )
})

it('of whatever is asked in one tick, in the order in which it was asked of a key', async () => {
  const asked = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    type: fc.constantFrom('consume', 'consume', 'consume', 'consume', 'peek', 'adjust', 'reset'),
    which: fc.integer({ min: 0, max: 2 }),
    units: fc.integer({ min: 0, max: 2 }),
  })
  const traces = fc.record({
    limiters: fc.tuple(
      fc.array(algorithm, { minLength: 1, maxLength: 5 }),
      fc.array(algorithm, { minLength: 1, maxLength: 2 }),
      fc.array(algorithm, { minLength: 1, maxLength: 1 }),
    ),
    of: sizes,
    ticks: fc.array(fc.array(asked, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 4 }),
  })
  const rule = { blockMs: 50, factor: 2, maxMs: 700 }
  await fc.assert(
    fc.asyncProperty(traces, async ({ limiters, of, ticks }) => {
      const { memory, clock, group } = mirror()
      // A script that has to be loaded first runs later than it was asked to.
      for (const [which, names] of limiters.entries()) {
        const charges = names.map((name, index) => chargeOf(name, `p${index}`, of))
        const warm = `${group} warm ${which}`
        for (const one of [undefined, rule]) {
          redis.limits.forgetDenials()
          await redis.limits.consume(warm, 'warm', charges, one)
        }
        await redis.limits.peek(warm, 'warm', charges)
      }
      for (const tick of ticks) {
        clock.advance(30)
        redis.clock.advance(30)
        redis.limits.forgetDenials()
        const calls = tick.map(({ key, type, which, units }) => (store: RateLimitStore) => {
          const charges = (limiters[which] ?? []).map((name, index) =>
            chargeOf(name, `p${index}`, { ...of, units }),
          )
          // What several limiters ask at once of one key is decided in any order; what one of them asks is not.
          const own = `${group} ${which}`
          if (type === 'consume') return store.consume(own, key, charges, which === 1 ? rule : undefined)
          if (type === 'peek') return store.peek(own, key, charges)
          if (type === 'reset')
            return store.reset(
              own,
              key,
              charges.map(({ policy }) => policy),
            )
          return store.adjust(
            own,
            key,
            charges.map((charge) => ({ ...charge, units: -charge.units })),
          )
        })
        const said = await Promise.all(calls.map(async (call) => call(redis.limits)))
        expect(said).toEqual(calls.map((call) => call(memory)))
      }
    }),
    { numRuns: 120 },
  )
})
