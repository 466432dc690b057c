/** Leases whose end Redis was not told of: nobody waits for long for a holder that there is not. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { startMoodyProxy, type MoodyProxy } from '../faults/moody-proxy.ts'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

const silent = { warn: () => undefined, error: () => undefined }
let node: RedisNode
let proxy: MoodyProxy
let cutOff: RedisBackend
let other: RedisBackend

beforeEach(async () => {
  node = await startRedisNode()
  proxy = await startMoodyProxy(node.port)
  cutOff = redisBackend(`redis://127.0.0.1:${proxy.port}`, { logger: silent, timeout: 300 })
  other = redisBackend(`redis://127.0.0.1:${node.port}`, { logger: silent })
})

afterEach(async () => {
  await Promise.all([cutOff.close(), other.close()])
  await proxy.stop()
  await node.stop()
})

const isFree = async (key: string): Promise<boolean> => {
  const lease = await other.locks.acquire(key, 60_000)
  await lease?.release()
  return lease !== undefined
}

it('gives up a lease again when that could not be said at first', async () => {
  const lease = await cutOff.locks.acquire('held', 60_000)
  expect(lease).toBeDefined()
  proxy.become({ kind: 'silent' })
  await expect(async () => lease?.release()).rejects.toThrow()
  // What was said is lost with the connection.
  proxy.breakAll()
  expect(await isFree('held')).toBe(false)
  proxy.become({ kind: 'fair' })
  await until('the lease to be free', () => isFree('held'))
})

it('gives up a lease that it may have been granted', async () => {
  await cutOff.locks.acquire('warm', 1_000)
  proxy.become({ kind: 'cutting' })
  await expect(async () => cutOff.locks.acquire('asked', 60_000)).rejects.toThrow()
  expect(await isFree('asked')).toBe(false)
  proxy.become({ kind: 'fair' })
  await until('the lease to be free', () => isFree('asked'))
})
