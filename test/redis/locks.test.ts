/** Leases on a Redis that loses its memory, its scripts, or does not answer in time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Lease } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { startRedisNode, type RedisNode } from './redis-node.ts'
import { until } from './until.ts'

let node: RedisNode
let backend: RedisBackend

beforeEach(async () => {
  node = await startRedisNode()
  backend = redisBackend(`redis://127.0.0.1:${node.port}`)
})

afterEach(async () => {
  await backend.close()
  await node.stop()
})

const acquire = async (): Promise<Lease | undefined> => backend.locks.acquire('key', 60_000)

describe('a lease', () => {
  it('has a greater token than all before it, also when Redis has forgotten them', async () => {
    const tokens: number[] = []
    for (let time = 0; time < 3; time++) {
      tokens.push((await acquire())?.token ?? Number.NaN)
      await node.command('FLUSHALL')
    }
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b))
  })

  it('that Redis has forgotten is lost, and leaves the next one alone', async () => {
    const lost = await acquire()
    await node.command('FLUSHALL')
    const next = await acquire()
    expect(await lost?.renew(60_000)).toBe(false)
    await lost?.release()
    expect(await acquire()).toBeUndefined()
    expect(await next?.renew(60_000)).toBe(true)
  })

  it('tells that nobody has held its key lately, and only then', async () => {
    const first = await acquire()
    expect(first?.freeForMs).toBe(10_000)
    await first?.release()
    expect((await acquire())?.freeForMs).toBeUndefined()
    await node.command('FLUSHALL')
    expect((await acquire())?.freeForMs).toBe(10_000)
  })

  it('is granted where somebody wrote something else in its place', async () => {
    const before = await acquire()
    const [key = ''] = (await node.command('KEYS', '*lock1:*')) as string[]
    await node.command('SET', key, 'x')
    const lease = await acquire()
    expect(lease?.token).toBeGreaterThan(before?.token ?? Infinity)
    expect(await lease?.renew(60_000)).toBe(true)
    expect(Number(await node.command('PTTL', key))).toBeGreaterThan(60_000)
  })

  it('needs no script that the server still knows', async () => {
    const lease = await acquire()
    await node.command('SCRIPT', 'FLUSH')
    expect(await lease?.renew(60_000)).toBe(true)
    await node.command('SCRIPT', 'FLUSH')
    await lease?.release()
    expect(await acquire()).toBeDefined()
  })

  it('that was granted when nobody waited for it any more is given back', async () => {
    await (await acquire())?.release()
    node.pause()
    await expect(acquire()).rejects.toThrow(/Redis/)
    node.resume()
    let lease: Lease | undefined
    await until('the key to be free', async () => (lease = await acquire()) !== undefined)
    expect(await lease?.renew(60_000)).toBe(true)
  })
})
