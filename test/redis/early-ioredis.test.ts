/** Before 5.2.5, ioredis has no `Redis` among its exports; up to 5.7 it looks names up for IPv4 alone, unless told otherwise. */
import dns from 'node:dns'
import { expect, it, vi } from 'vitest'
import { redisBackend, type RedisOptions } from '@forebay/redis'
import { startRedisNode } from './redis-node.ts'

vi.mock('ioredis', async (original) => {
  const { Redis, ...exported } = await original<{ Redis: { defaultOptions: { family: number } } }>()
  Redis.defaultOptions.family = 4
  return exported
})

async function healthOf(options: RedisOptions): Promise<string> {
  await using backend = redisBackend({ timeout: '5s', ...options })
  return (await backend.health()).detail
}

it('is enough for one server, and for Sentinels', async () => {
  await using node = await startRedisNode()
  expect(await healthOf({ url: `redis://127.0.0.1:${node.port}` })).toBe('Redis answers')
  const config = `sentinel monitor mymaster 127.0.0.1 ${node.port} 1\n`
  await using sentinel = await startRedisNode({ config, args: ['--sentinel'] })
  const sentinels = [`127.0.0.1:${sentinel.port}`]
  expect(await healthOf({ sentinels, name: 'mymaster' })).toBe('Redis answers')
})

it('looks a name up for IPv6 as well', async () => {
  await using node = await startRedisNode()
  const lookUp = vi.spyOn(dns, 'lookup')
  expect(await healthOf({ url: `redis://localhost:${node.port}` })).toBe('Redis answers')
  const families = lookUp.mock.calls.map((words) => (words[1] as unknown as dns.LookupOptions).family)
  expect([...new Set(families)]).toEqual([0])
  lookUp.mockRestore()
})
