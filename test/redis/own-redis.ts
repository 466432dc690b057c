/** A Redis server that one test file, or one group of its tests, has for itself. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll } from 'vitest'
import { startRedisNode, type RedisNode } from './redis-node.ts'

export interface OwnRedis {
  readonly port: number
  readonly url: string
  /** For what tests ask themselves. */
  readonly redis: Redis
}

/** To be called where tests are declared: the server runs from before the first of them until after the last. */
export function ownRedis(): OwnRedis {
  let server: RedisNode
  let redis: Redis
  beforeAll(async () => {
    server = await startRedisNode()
    redis = new Redis(server.port)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
  return {
    get port() {
      return server.port
    },
    get url() {
      return `redis://127.0.0.1:${server.port}`
    },
    get redis() {
      return redis
    },
  }
}
