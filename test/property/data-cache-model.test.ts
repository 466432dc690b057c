/** The data cache equals a map with times, under random operations, on every backend. */
import { memoryBackend, tieredBackend, type Backend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { timedBackend } from '../redis/timed-backend.ts'
import { SimulatedBus } from '../tiers/simulated-bus.ts'
import { codedBackend } from '../unit/data-cache/coded-backend.ts'
import { CourseRun, courses, type Ground } from './data-cache-course.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

interface Prepared extends Ground {
  readonly stop?: () => Promise<void>
}

function overBus(far: Backend, clock: ReturnType<typeof manualClock>): Backend {
  const bus = new SimulatedBus({ clock }).node(1)
  return tieredBackend({ near: memoryBackend({ clock }), far: { ...far, bus }, nearTtl: '5s' })
}

const grounds: Readonly<Record<string, () => Prepared>> = {
  memory: () => {
    const clock = manualClock()
    return { backend: memoryBackend({ clock }), advance: (ms) => clock.advance(ms) }
  },
  'a slow shared backend': () => {
    const clock = manualClock()
    return { backend: codedBackend(clock), advance: (ms) => clock.advance(ms) }
  },
  'tiers on a slow shared backend': () => {
    const clock = manualClock()
    return { backend: overBus(codedBackend(clock), clock), advance: (ms) => clock.advance(ms) }
  },
  redis: () => {
    const { backend, advance, stop } = timedBackend(`redis://127.0.0.1:${node.port}`)
    return { backend, advance: (ms) => void advance(ms), stop }
  },
  'tiers on redis': () => {
    const { backend, advance, stop } = timedBackend(`redis://127.0.0.1:${node.port}`)
    const clock = backend.clock as ReturnType<typeof manualClock>
    return { backend: overBus(backend, clock), advance: (ms) => void advance(ms), stop }
  },
}

describe.each(Object.entries(grounds))('on %s', (name, prepare) => {
  it('equals a map with times', { timeout: 60_000 }, async () => {
    const ground = prepare()
    let run = 0
    try {
      await fc.assert(
        fc.asyncProperty(courses, async (course) => {
          await new CourseRun(ground, `run${++run}`).run(course)
        }),
        { numRuns: name === 'memory' ? 1_000 : 300 },
      )
    } finally {
      await ground.stop?.()
    }
    expect(run).toBeGreaterThanOrEqual(200)
  })
})
