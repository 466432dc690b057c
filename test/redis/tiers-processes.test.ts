/** Processes with near memory on one Redis: one run for all, and a purge that all of them see. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildPackages } from '../built-packages.ts'
import { startFleetProcess, type FleetProcess } from './fleet-processes.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

let redis: RedisNode
let fleet: FleetProcess[]

beforeAll(buildPackages, 120_000)

beforeEach(async () => {
  redis = await startRedisNode()
  const options = { url: `redis://127.0.0.1:${redis.port}`, handlerMs: 20, isTiered: true }
  fleet = await Promise.all(Array.from({ length: 4 }, () => startFleetProcess(options)))
})

afterEach(async () => {
  await Promise.all(fleet.map((node) => node.stop()))
  await redis.stop()
})

const runs = (): number => fleet.reduce((sum, node) => sum + node.runs('/page'), 0)

const askAll = async (times: number): Promise<void> => {
  const answers = await Promise.all(fleet.map((node) => node.ask('/page', times, Date.now())))
  expect(answers.map(({ failures }) => failures)).toEqual(fleet.map(() => 0))
}

it(
  'answers from memory what one of them made, until one of them purges it',
  { timeout: 60_000 },
  async () => {
    await askAll(20)
    for (let purge = 0; purge < 4; purge++) {
      const before = runs()
      await askAll(20)
      expect(runs()).toBe(before)
      await fleet[purge]?.purge('/page')
      await until('another run', async () => {
        await askAll(1)
        return runs() > before
      })
      // Whoever has not heard of the purge yet hears of it within the second; nobody makes it again for that.
      expect(runs()).toBe(before + 1)
    }
  },
)
