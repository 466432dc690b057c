/** What stands behind the permits of a fleet: leases, and a backend that may not answer. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Backend } from '@forebay/core'
import { Asked, simulatedFleet, type SimulatedFleet } from './simulated-fleet.ts'

let fleet: SimulatedFleet

beforeEach(() => {
  fleet = simulatedFleet()
})

describe('a lease', () => {
  test('lasts as long as its permit is held', async () => {
    const [here, there] = fleet.limiters(2, { max: 1 })
    const running = await here.acquire()
    await fleet.pass(60_000)
    expect(await there.acquire()).toBeUndefined()
    running?.release()
    await fleet.pass(10)
    expect(await there.acquire()).toBeDefined()
  })

  test('that the backend lost is taken anew', async () => {
    const [here, there] = fleet.limiters(2, { max: 1 })
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
      const limiters = fleet.limiters(2, { max: 2 })
      const asked = new Asked()
      for (const limiter of limiters) for (let time = 0; time < 5; time++) void asked.ask(limiter)
      await fleet.pass(120)
      expect(asked.permits).toHaveLength(4)
      expect(asked.refused).toBe(6)
      for (const permit of asked.permits) permit.release()
      for (let time = 0; time < 10; time++) {
        const permit = await new Asked().ask(limiters[0])
        permit?.release()
      }
      await fleet.pass(1_000)
      // By now it is known to be away.
      const before = fleet.asked
      void asked.ask(limiters[0])
      await Promise.resolve()
      await new Promise(setImmediate)
      expect(asked.permits).toHaveLength(5)
      expect(fleet.asked).toBe(before)
      expect(fleet.logger.error.mock.calls.length).toBeLessThanOrEqual(2)
    },
  )

  test('counts again when it is back, what runs included', async () => {
    const [here, there] = fleet.limiters(2, { max: 1 })
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
    const here = fleet.limiter(slow, { max: 1 })
    const there = fleet.limiter(fleet.node(), { max: 1 })
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
