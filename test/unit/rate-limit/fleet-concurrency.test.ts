/** Permits that several nodes count together. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createConcurrencyGate } from '@forebay/core'
import { fakeExchange } from '../rate-limit-gate/fake-exchange.ts'
import { Asked, simulatedFleet, type SimulatedFleet } from './simulated-fleet.ts'

let fleet: SimulatedFleet

beforeEach(() => {
  fleet = simulatedFleet()
})

describe('nodes that share a backend', () => {
  test('run no more than max together', async () => {
    const asked = new Asked()
    const limiters = fleet.limiters(4, { max: 5 })
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
    const [here, there] = fleet.limiters(2, { max: 1, queue: 1 })
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
    const [here, there] = fleet.limiters(2, { max: 2, queue: 1 })
    for (const limiter of [here, there, here]) {
      const permit = await limiter.acquire()
      permit?.release()
      await fleet.pass(10)
    }
    expect(fleet.published).toEqual([])
  })

  test('hear of a permit that was given back just before they said that they wait', async () => {
    const [here, there] = fleet.limiters(2, { max: 1, queue: 1 })
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
    const [greedy, modest] = fleet.limiters(2, { max: 1, queue: 50 })
    const first = await greedy.acquire()
    const asked = new Asked()
    for (let time = 0; time < 20; time++) void asked.ask(greedy)
    await fleet.pass(10)
    const modestly = new Asked()
    void modestly.ask(modest)
    await fleet.pass(10)
    first?.release()
    let served = 0
    while (served < 20 && modestly.permits.length === 0) {
      await fleet.pass(40)
      asked.permits[served++]?.release()
    }
    expect(modestly.permits).toHaveLength(1)
    expect(served).toBeLessThan(6)
  })

  test('do not all ask for the one permit that is free', async () => {
    const [here, there] = fleet.limiters(2, { max: 10, queue: 50 })
    const running = await Promise.all(Array.from({ length: 10 }, async () => here.acquire()))
    const asked = new Asked()
    for (let time = 0; time < 20; time++) void asked.ask(there)
    await fleet.pass(100)
    const before = fleet.asked
    running[0]?.release()
    await fleet.pass(100)
    expect(asked.permits).toHaveLength(1)
    // Given back, taken, and found that there is no other.
    expect(fleet.asked - before).toBeLessThanOrEqual(4)
    for (const permit of running) permit?.release()
    await fleet.pass(200)
    expect(asked.permits).toHaveLength(10)
  })

  test('find by themselves what nobody told them', async () => {
    fleet.isHeard = false
    const [here, there] = fleet.limiters(2, { max: 1, queue: 1 })
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
    const [here, there] = fleet.limiters(2, { max: 1, queue: 1 })
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
    const byName = [
      fleet.limiter(backend, { max: 1, name: 'a' }),
      fleet.limiter(fleet.node(), { max: 1, name: 'a' }),
    ]
    const others = [fleet.limiter(backend, { max: 1 }), fleet.limiter(backend, { max: 1 })]
    const elsewhere = fleet.limiter(fleet.node(), { max: 1 })
    expect(await byName[0]?.acquire()).toBeDefined()
    expect(await byName[1]?.acquire()).toBeUndefined()
    expect(await fleet.limiter(backend, { max: 2, name: 'a' }).acquire()).toBeDefined()
    expect(await others[0]?.acquire()).toBeDefined()
    expect(await others[1]?.acquire()).toBeDefined()
    expect(await elsewhere.acquire()).toBeUndefined()
  })

  test('and have one name in one process hear each other at once', async () => {
    const backend = fleet.node()
    const here = fleet.limiter(backend, { max: 1, queue: 1, name: 'a' })
    const there = fleet.limiter(backend, { max: 1, queue: 1, name: 'a' })
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
    const [other, here] = fleet.limiters(2, { max: 3, queue: 2 })
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
    const [here] = fleet.limiters(1, { max: 1, queue: 3 })
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
    const [other, here] = fleet.limiters(2, { max: 1, queue: 2, timeout: 500 })
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
    const [here, there] = fleet.limiters(2, { max: 1 })
    const exchange = fakeExchange()
    const admission = createConcurrencyGate({ limiter: here }).admit(exchange)
    exchange.abort()
    expect(await admission).toMatchObject({ type: 'deny' })
    await fleet.pass(20)
    expect(here.stats().running).toBe(0)
    expect(await there.acquire()).toBeDefined()
  })
})
