/** Any service may say what is outdated, in any language: every cache on the backend hears it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCache } from '@forebay/core'
import { redisBackend } from '@forebay/redis'
import { standing } from './bus-listener.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { ownPrefix } from './shared-backends.ts'
import { until } from './until.ts'

let node: RedisNode

beforeAll(async () => {
  node = await startRedisNode()
})

afterAll(() => node.stop())

it.each<[string, object]>([
  ['tags', { namespace: 'user', tags: ['team:7'] }],
  ['keys', { namespace: 'user', keys: ['42'] }],
  ['everything', { namespace: 'user', all: true }],
])('by %s, on the bus or by a plain PUBLISH', async (_, invalidation) => {
  const prefix = ownPrefix()
  const url = `redis://127.0.0.1:${node.port}`
  await using backend = redisBackend(url, { prefix })
  await using service = redisBackend(url, { prefix })
  const users = createCache<string>({ namespace: 'user', ttl: '1h', timeout: '5s', backend })
  const others = createCache<string>({ namespace: 'other', ttl: '1h', timeout: '5s', backend })
  const fill = async (): Promise<void> => {
    await users.set('42', 'value', { tags: ['team:7'] })
    await others.set('42', 'value', { tags: ['team:7'] })
    expect(await users.get('42')).toBe('value')
  }
  const isGone = async (): Promise<boolean> => (await users.get('42')) === undefined
  const message = JSON.stringify(invalidation)
  await fill()
  await standing(backend.bus, 'invalidate')
  await service.bus.publish('invalidate', message)
  await until('the value to be gone', isGone)
  await fill()
  await node.command('PUBLISH', `${prefix}{bus}:invalidate`, message)
  await until('the value to be gone', isGone)
  expect(await others.get('42')).toBe('value')
})
