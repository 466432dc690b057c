/** Every scenario on two nodes with one Redis that are asked in turn: what one stores or purges, the other goes by. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { expressHarnesses } from '../harness/express.ts'
import { settling } from '../harness/on-redis.ts'
import { startRedisNode, type RedisNode } from '../redis/redis-node.ts'
import { ownPrefix } from '../redis/shared-backends.ts'
import { timedBackendOn } from '../redis/timed-backend.ts'
import { play } from './play.ts'
import { presets } from './presets.ts'

let redis: RedisNode

beforeAll(async () => {
  redis = await startRedisNode()
})

afterAll(() => redis.stop())

// One framework is enough: what they do with a stored response does not depend on where it was stored.
const harness = expressHarnesses[0]!

describe.each(presets)('%s', (preset, scenarios) => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    await play(harness, preset, scenario, (clock) => {
      const prefix = ownPrefix()
      const open = (): ReturnType<typeof settling> =>
        settling(timedBackendOn(`redis://127.0.0.1:${redis.port}`, clock, prefix))
      return [open(), open()]
    })
  })
})
