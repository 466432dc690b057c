/** Permits that several nodes count together. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  createConcurrencyGate,
  createConcurrencyLimiter,
  type Backend,
  type ConcurrencyLimiter,
  type Permit,
} from '@forebay/core'
import { fakeExchange } from '../rate-limit-gate/fake-exchange.ts'
import { simulatedFleet, type SimulatedFleet } from './simulated-fleet.ts'

let fleet: SimulatedFleet

beforeEach(() => {
  fleet = simulatedFleet()
})

interface Options {
  readonly max: number
  readonly queue?: number
  readonly timeout?: number
  readonly name?: string
}

const limiterOn = (backend: Backend, options: Options): ConcurrencyLimiter =>
  createConcurrencyLimiter({ backend, logger: fleet.logger, ...options })

/** One limiter on each of that many nodes. */
const nodes = (count: number, options: Options): ConcurrencyLimiter[] =>
  Array.from({ length: count }, () => limiterOn(fleet.node(), options))

/** What was settled so far. */
class Asked {
  readonly permits: Permit[] = []
  refused = 0

  async ask(limiter: ConcurrencyLimiter, signal?: AbortSignal): Promise<Permit | undefined> {
    const permit = await limiter.acquire(signal)
    if (permit === undefined) this.refused++
    else this.permits.push(permit)
    return permit
  }
}

describe('nodes that share a backend', () => {
  test('run no more than max together', async () => {
    const asked = new Asked()
    const limiters = nodes(4, { max: 5 })
    for (const limiter of limiters) for (let time = 0; time < 10; time++) void asked.ask(limiter)
    await fleet.pass(10)
    expect(asked.permits).toHaveLength(5)
    expect(asked.refused).toBe(35)
    asked.permits[0]?.release()
    asked.permits[0]?.release()
    await fleet.pass(10)
    for (const limiter of limiters) void asked.ask(limiter)
    await fleet.pass(10)
    expect(asked.permits).toHaveLength(6)
    expect(limiters.reduce((sum, limiter) => sum + limiter.stats().running, 0)).toBe(5)
  })

  test('wait for each other, and are told by the bus', async () => {
    const [here, there] = nodes(2, { max: 1, queue: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const running = await here.acquire()
    const asked = new Asked()
    void asked.ask(there)
    await fleet.pass(50)
    expect(asked.permits).toEqual([])
    expect(there.stats()).toMatchObject({ running: 0, waiting: 1 })
    const before = fleet.asked
    await fleet.pass(700)
    expect(fleet.asked).toBe(before)
    running?.release()
    await fleet.pass(20)
    expect(asked.permits).toHaveLength(1)
  })

  test('say nothing while nobody waits', async () => {
    const [here, there] = nodes(2, { max: 2, queue: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    for (const limiter of [here, there, here]) {
      const permit = await limiter.acquire()
      permit?.release()
      await fleet.pass(10)
    }
    expect(fleet.published).toEqual([])
  })

  test('hear of a permit that was given back just before they said that they wait', async () => {
    const [here, there] = nodes(2, { max: 1, queue: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const running = await here.acquire()
    const asked = new Asked()
    void asked.ask(there)
    // The answer is on its way: none is free.
    await Promise.resolve()
    running?.release()
    await fleet.pass(30)
    expect(asked.permits).toHaveLength(1)
  })

  test('share what is freed even when one of them has always somebody waiting', async () => {
    const [greedy, modest] = nodes(2, { max: 1, queue: 50 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const first = await greedy.acquire()
    const asked = new Asked()
    for (let time = 0; time < 20; time++) void asked.ask(greedy)
    await fleet.pass(10)
    let isModestServed = false
    void new Asked().ask(modest).then((permit) => {
      isModestServed = true
      permit?.release()
    })
    await fleet.pass(10)
    first?.release()
    let served = 0
    for (; served < 20 && !isModestServed; served++) {
      await fleet.pass(40)
      asked.permits[served]?.release()
    }
    expect(isModestServed).toBe(true)
    expect(served).toBeLessThan(6)
  })

  test('find by themselves what nobody told them', async () => {
    fleet.isHeard = false
    const [here, there] = nodes(2, { max: 1, queue: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const running = await here.acquire()
    const asked = new Asked()
    void asked.ask(there)
    await fleet.pass(50)
    running?.release()
    await fleet.pass(900)
    expect(asked.permits).toEqual([])
    await fleet.pass(100)
    expect(asked.permits).toHaveLength(1)
  })

  test('ask again after messages may have been missed', async () => {
    const [here, there] = nodes(2, { max: 1, queue: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const running = await here.acquire()
    const asked = new Asked()
    void asked.ask(there)
    await fleet.pass(50)
    fleet.isHeard = false
    running?.release()
    await fleet.pass(50)
    fleet.gap()
    await fleet.pass(10)
    expect(asked.permits).toHaveLength(1)
  })

  test('count by name and bound; without a name by order', async () => {
    const backend = fleet.node()
    const byName = [limiterOn(backend, { max: 1, name: 'a' }), limiterOn(fleet.node(), { max: 1, name: 'a' })]
    const others = [limiterOn(backend, { max: 1 }), limiterOn(backend, { max: 1 })]
    const elsewhere = limiterOn(fleet.node(), { max: 1 })
    expect(await byName[0]?.acquire()).toBeDefined()
    expect(await byName[1]?.acquire()).toBeUndefined()
    expect(await limiterOn(backend, { max: 2, name: 'a' }).acquire()).toBeDefined()
    expect(await others[0]?.acquire()).toBeDefined()
    expect(await others[1]?.acquire()).toBeDefined()
    expect(await elsewhere.acquire()).toBeUndefined()
  })

  test('and have one name in one process hear each other at once', async () => {
    const backend = fleet.node()
    const here = limiterOn(backend, { max: 1, queue: 1, name: 'a' })
    const there = limiterOn(backend, { max: 1, queue: 1, name: 'a' })
    const running = await here.acquire()
    const asked = new Asked()
    void asked.ask(there)
    await fleet.pass(20)
    running?.release()
    await fleet.pass(20)
    expect(asked.permits).toHaveLength(1)
  })
})

describe('the queue of a node', () => {
  test('has as many places as it was given, whoever else runs', async () => {
    const [other, here] = nodes(2, { max: 3, queue: 2 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    for (let time = 0; time < 3; time++) await other.acquire()
    const asked = new Asked()
    for (let time = 0; time < 10; time++) void asked.ask(here)
    await fleet.pass(20)
    expect(asked.refused).toBe(8)
    void asked.ask(here)
    await fleet.pass(20)
    expect(asked.refused).toBe(9)
    expect(here.stats()).toEqual({ running: 0, waiting: 2, granted: 0, refused: 9 })
  })

  test('serves in order of arrival', async () => {
    const [here] = nodes(1, { max: 1, queue: 3 }) as [ConcurrencyLimiter]
    const running = await here.acquire()
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) {
      void new Asked().ask(here).then((permit) => {
        order.push(name)
        permit?.release()
      })
    }
    running?.release()
    await fleet.pass(20)
    expect(order).toEqual(['a', 'b', 'c'])
    expect(here.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('is left after the timeout, and by an abort', async () => {
    const [other, here] = nodes(2, { max: 1, queue: 2, timeout: 500 }) as [
      ConcurrencyLimiter,
      ConcurrencyLimiter,
    ]
    await other.acquire()
    const leaving = new AbortController()
    const asked = new Asked()
    void asked.ask(here)
    void asked.ask(here, leaving.signal)
    await fleet.pass(100)
    leaving.abort()
    await fleet.pass(10)
    expect(asked.refused).toBe(1)
    await fleet.pass(400)
    expect(asked.refused).toBe(2)
    expect(here.stats()).toMatchObject({ waiting: 0, refused: 1 })
  })

  test('gives back what comes for somebody who has left', async () => {
    const [here, there] = nodes(2, { max: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const exchange = fakeExchange()
    const admission = createConcurrencyGate({ limiter: here }).admit(exchange)
    exchange.abort()
    expect(await admission).toMatchObject({ type: 'deny' })
    await fleet.pass(20)
    expect(here.stats().running).toBe(0)
    expect(await there.acquire()).toBeDefined()
  })
})

describe('a lease', () => {
  test('lasts as long as its permit is held', async () => {
    const [here, there] = nodes(2, { max: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    const running = await here.acquire()
    await fleet.pass(60_000)
    expect(await there.acquire()).toBeUndefined()
    running?.release()
    await fleet.pass(10)
    expect(await there.acquire()).toBeDefined()
  })

  test('that the backend lost is taken anew', async () => {
    const [here, there] = nodes(2, { max: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    await here.acquire()
    fleet.lose()
    await fleet.pass(5_100)
    expect(await there.acquire()).toBeUndefined()
  })
})

describe('a backend that does not answer', () => {
  test.each(['fails', 'hangs'] as const)(
    'and %s leaves each node its own bound, and nobody waits for long',
    async (how) => {
      fleet.locks = how
      const limiters = nodes(2, { max: 2 })
      const asked = new Asked()
      for (const limiter of limiters) for (let time = 0; time < 5; time++) void asked.ask(limiter)
      await fleet.pass(120)
      expect(asked.permits).toHaveLength(4)
      expect(asked.refused).toBe(6)
      for (const permit of asked.permits) permit.release()
      for (let time = 0; time < 10; time++) {
        const permit = await new Asked().ask(limiters[0] as ConcurrencyLimiter)
        permit?.release()
      }
      await fleet.pass(1_000)
      // By now it is known to be away.
      const before = fleet.asked
      void asked.ask(limiters[0] as ConcurrencyLimiter)
      await Promise.resolve()
      await new Promise(setImmediate)
      expect(asked.permits).toHaveLength(5)
      expect(fleet.asked).toBe(before)
      expect(fleet.logger.error.mock.calls.length).toBeLessThanOrEqual(2)
    },
  )

  test('counts again when it is back, what runs included', async () => {
    const [here, there] = nodes(2, { max: 1 }) as [ConcurrencyLimiter, ConcurrencyLimiter]
    fleet.locks = 'fails'
    expect(await here.acquire()).toBeDefined()
    fleet.locks = 'works'
    await fleet.pass(2_600)
    expect(await there.acquire()).toBeUndefined()
  })

  test('and grants too late makes no permit of it that nobody has', async () => {
    const backend = fleet.node()
    const answers: (() => void)[] = []
    const slow: Backend = {
      ...backend,
      locks: {
        async acquire(...args) {
          await new Promise<void>((resolve) => answers.push(resolve))
          return backend.locks.acquire(...args)
        },
      },
    }
    const here = limiterOn(slow, { max: 1 })
    const there = limiterOn(fleet.node(), { max: 1 })
    const asked = new Asked()
    void asked.ask(here)
    await fleet.pass(150)
    const [permit] = asked.permits
    expect(permit).toBeDefined()
    answers.forEach((go) => go())
    await fleet.pass(20)
    expect(await there.acquire()).toBeUndefined()
    permit?.release()
    // Meanwhile the backend counted as away.
    await fleet.pass(2_000)
    expect(await there.acquire()).toBeDefined()
  })
})
