/** A Cluster of ioredis 5 or 6 that somebody else opened. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cluster as Cluster5 } from 'ioredis'
import { Cluster as Cluster6 } from 'ioredis6'
import { redisBackend } from '@forebay/redis'
import { failsWithin, load, take } from './asking.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let cluster: RedisCluster

beforeAll(async () => {
  cluster = await startRedisCluster()
}, 60_000)

afterAll(() => cluster.stop())

const nodes = (): { host: string; port: number }[] =>
  cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))

const makers = [
  ['5', () => new Cluster5(nodes())],
  ['6', () => new Cluster6(nodes()) as unknown as Cluster5],
] as const

describe.each(makers)('a Cluster of ioredis %s', (_version, make) => {
  it('serves, and is left open', async () => {
    const given = make()
    const backend = redisBackend(given, { prefix: ownPrefix() })
    await until('it to be well', async () => (await backend.health()).ok)
    for (let key = 0; key < 10; key++) {
      expect([await take(backend, `k${key}`), await take(backend, `k${key}`)]).toEqual([99, 98])
    }
    await backend.close()
    expect(given.status).toBe('ready')
    expect(await given.get('anything')).toBeNull()
    given.disconnect()
  })

  it('counts once what it sends again after its connections were killed', async () => {
    const given = make()
    given.on('error', () => undefined)
    const backend = redisBackend(given, { prefix: ownPrefix(), timeout: '2s' })
    const running = load(backend, 1_000_000)
    for (let time = 0; time < 4; time++) {
      const before = running.decided()
      await Promise.all(cluster.nodes.map((node) => node.command('CLIENT', 'KILL', 'TYPE', 'normal')))
      await until('decisions to resume', () => running.decided() > before + 50)
    }
    const { admitted, failed, used } = await running.stop()
    expect(used).toBeGreaterThanOrEqual(admitted)
    expect(used).toBeLessThanOrEqual(admitted + failed)
    await backend.close()
    given.disconnect()
  })

  it('whose node is silent is waited for no longer than the deadline', async () => {
    const given = make()
    given.on('error', () => undefined)
    const backend = redisBackend(given, { prefix: ownPrefix(), timeout: '1s' })
    await until('it to be well', async () => (await backend.health()).ok)
    for (const node of cluster.nodes) node.pause()
    try {
      expect(await failsWithin(3_000, take(backend, 'a'))).toBe(true)
    } finally {
      for (const node of cluster.nodes) node.resume()
    }
    await until('it to be well', async () => (await backend.health()).ok)
    await backend.close()
    given.disconnect()
  })
})
