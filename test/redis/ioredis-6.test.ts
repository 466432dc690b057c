/** Connections of our own through ioredis 6, as in an app that has it installed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis'
import type { Cluster as Cluster6, Redis as Redis6 } from 'ioredis6'
import { redisBackend, type RedisBackend, type RedisClient, type RedisOptions } from '@forebay/redis'
import { take } from './asking.ts'
import { startCuttingFront } from './cutting-front.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { startRedisSentinels, type RedisSentinels } from './redis-sentinels.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

vi.mock('ioredis', async () => import('ioredis6'))

let node: RedisNode
let group: RedisSentinels
let cluster: RedisCluster

beforeAll(async () => {
  ;[node, group, cluster] = await Promise.all([startRedisNode(), startRedisSentinels(), startRedisCluster()])
}, 60_000)

afterAll(() => Promise.all([node, group, cluster].map((server) => server.stop())))

const at = ({ port }: { readonly port: number }): string => `127.0.0.1:${port}`

const places: readonly (readonly [string, () => RedisOptions])[] = [
  ['one server', () => ({ url: `redis://${at(node)}/1` })],
  ['Sentinels', () => ({ sentinels: group.sentinels.map(at), name: group.name })],
  ['a Cluster', () => ({ cluster: cluster.nodes.map(at) })],
]

describe.each(places)('on %s', (_name, where) => {
  const open = (prefix = ownPrefix()): RedisBackend => redisBackend({ ...where(), prefix, timeout: '5s' })

  it('counts, and is well', async () => {
    await using backend = open()
    await until('it to be well', async () => (await backend.health()).ok)
    expect([await take(backend, 'a'), await take(backend, 'a')]).toEqual([99, 98])
  })

  it('locks, and tells other nodes', async () => {
    const prefix = ownPrefix()
    await using one = open(prefix)
    await using other = open(prefix)
    const heard: string[] = []
    const undo = other.bus.subscribe('topic', { message: (text) => heard.push(text), gap: () => undefined })
    await until('a message', async () => {
      await one.bus.publish('topic', 'hello')
      return heard.includes('hello')
    })
    undo()
    const lease = await one.locks.acquire('lock', 5_000)
    expect(await other.locks.acquire('lock', 5_000)).toBeUndefined()
    await lease?.release()
  })
})

it('is really ioredis 6, which speaks protocol 3', async () => {
  await using backend = redisBackend(`redis://${at(node)}`)
  await take(backend, 'a')
  expect(String(await node.command('CLIENT', 'LIST'))).toMatch(/name=forebay .*resp=3/)
})

it('says what is wrong', async () => {
  const detailOf = async (options: RedisOptions): Promise<string> => {
    await using backend = redisBackend(options)
    return (await backend.health()).detail
  }
  expect(await detailOf({ url: `redis://ann:wrong@${at(node)}` })).toContain('WRONGPASS')
  expect(await detailOf({ url: `redis://${at(node)}/99` })).toContain('DB index is out of range')
  expect(await detailOf({ url: 'redis://127.0.0.1:1' })).toContain('ECONNREFUSED')
})

it('sends nothing twice, and waits for a silent server no longer than the deadline', async () => {
  await using front = await startCuttingFront(node.port)
  await using backend = redisBackend(`redis://${at(front)}`, { prefix: ownPrefix(), timeout: '1s' })
  expect(await take(backend, 'a')).toBe(99)
  front.cutNextAnswer()
  await expect(take(backend, 'a')).rejects.toThrow('Redis is not available')
  await until('it to be back', async () => (await backend.health()).ok)
  expect(await take(backend, 'a')).toBe(97)
  node.pause()
  try {
    await expect(take(backend, 'a')).rejects.toThrow('within 1000 ms')
  } finally {
    node.resume()
  }
  await until('it to be back', async () => (await backend.health()).ok)
})

it('is what the types say', () => {
  const clients = (...any: (Redis5 | Cluster5 | Redis6 | Cluster6)[]): readonly RedisClient[] => any
  expect(clients()).toEqual([])
})
