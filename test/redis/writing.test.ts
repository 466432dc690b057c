/** Several processes that write and load the same keys on one Redis: what the cache says in the end is what the source has. */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCache, writeBehind, writeThrough, type DataCache } from '@forebay/core'
import { redisBackend, type RedisBackend } from '@forebay/redis'
import { startRedisNode, type RedisNode } from './redis-node.ts'

let node: RedisNode
let backends: RedisBackend[]

beforeAll(async () => {
  node = await startRedisNode()
  const url = `redis://127.0.0.1:${node.port}`
  backends = [1, 2, 3].map(() => redisBackend(url, { timeout: '5s' }))
})

afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.close()))
  await node.stop()
})

let tries = 0

const cachesOf = (name: string): DataCache<number>[] => {
  const namespace = `${name} ${++tries}`
  return backends.map((backend) =>
    createCache<number>({ namespace, backend, ttl: '1m', earlyRefresh: 0, timeout: '5s' }),
  )
}

const pause = (): Promise<void> => wait(Math.random() * 8)

it('agrees with the source after writing through from several processes', async () => {
  const source = new Map<string, number>()
  const underway = new Map<string, number>()
  let overlaps = 0
  const processes = cachesOf('through').map((cache) => ({
    cache,
    writes: writeThrough(cache, async (key, value) => {
      underway.set(key, (underway.get(key) ?? 0) + 1)
      if ((underway.get(key) ?? 0) > 1) overlaps++
      await pause()
      source.set(key, value)
      await pause()
      underway.set(key, (underway.get(key) ?? 0) - 1)
    }),
  }))
  let value = 0
  await Promise.all(
    processes.flatMap(({ cache, writes }) =>
      ['a', 'b'].flatMap((key) => [
        (async () => {
          for (let i = 0; i < 8; i++) await writes.write(key, ++value)
        })(),
        (async () => {
          for (let i = 0; i < 20; i++) {
            await cache.getOrLoad(key, async () => {
              const loaded = source.get(key)
              await pause()
              return loaded
            })
            await pause()
          }
        })(),
      ]),
    ),
  )
  expect(overlaps).toBe(0)
  for (const { cache } of processes) {
    for (const key of ['a', 'b']) expect([undefined, source.get(key)]).toContain(await cache.get(key))
  }
  for (const { cache } of processes) await cache.close()
})

it('agrees with the source after writing behind from several processes', async () => {
  const source = new Map<string, number>()
  const processes = cachesOf('behind').map((cache) => ({
    cache,
    buffer: writeBehind(cache, {
      interval: 20,
      maxBatch: 3,
      flush: async (entries) => {
        await pause()
        for (const [key, value] of entries) source.set(key, value)
      },
    }),
  }))
  const latest = new Map<string, number>()
  let value = 0
  await Promise.all(
    processes.map(async ({ cache, buffer }, index) => {
      for (let i = 0; i < 40; i++) {
        const [own, shared] = [`own ${index}`, `shared ${i % 2}`]
        const written = ++value
        await buffer.write(own, written)
        latest.set(own, written)
        // Nothing, where it met the comparison after a flush; never another value.
        expect([undefined, written]).toContain(await cache.get(own))
        await buffer.write(shared, ++value)
        if (i % 5 === 0) await cache.getOrLoad(shared, async () => source.get(shared))
        if (i % 7 === 0) await cache.delete(own)
        await cache.getOrLoad(own, async () => source.get(own))
      }
    }),
  )
  await Promise.all(processes.map(({ buffer }) => buffer.close()))
  for (const [key, written] of latest) expect(source.get(key)).toBe(written)
  for (const { cache } of processes) {
    for (const key of source.keys()) expect([undefined, source.get(key)]).toContain(await cache.get(key))
  }
  for (const { cache } of processes) await cache.close()
})

it('shares memoized results between processes, and forgets them in all', async () => {
  let runs = 0
  const caches = cachesOf('memoized')
  const memoized = caches.map((cache) =>
    cache.memoize(
      async (a: number, b: string) => {
        runs++
        await pause()
        return a + b.length
      },
      { name: 'length' },
    ),
  )
  expect(await Promise.all(memoized.map((one) => one(1, 'abc')))).toEqual([4, 4, 4])
  expect(runs).toBe(1)
  await memoized[1]?.clear()
  expect(await memoized[2]?.(1, 'abc')).toBe(4)
  expect(runs).toBe(2)
  expect(await memoized[0]?.invalidate(1, 'abc')).toBe(true)
  expect(await memoized[1]?.(1, 'abc')).toBe(4)
  expect(runs).toBe(3)
  for (const cache of caches) await cache.close()
})
