/** Every pattern of the data cache, each with what it asks of the database. On Redis with FOREBAY_REDIS_URL. */
import { setTimeout as wait } from 'node:timers/promises'
import { createCache, memoryBackend, writeBehind, writeThrough } from '@forebay/core'
import { redisBackendFromEnv } from '@forebay/redis'
import { Database } from './database.js'

const backend = redisBackendFromEnv(process.env) ?? memoryBackend()

const patterns = {
  async 'cache-aside'(cache, database) {
    for (let i = 0; i < 3; i++) await cache.getOrLoad('1', () => database.read('1'))
    return 'asked 3 times'
  },
  async 'single flight'(cache, database) {
    await Promise.all(Array.from({ length: 100 }, () => cache.getOrLoad('1', () => database.read('1'))))
    return 'asked 100 times at once'
  },
  async 'read-through'(cache) {
    await cache.getMany(['1', '2'])
    return `${await cache.get('2').then(({ name }) => name)} without a loader at hand`
  },
  async 'negative caching'(cache, database) {
    for (let i = 0; i < 3; i++) await cache.getOrLoad('none', () => database.read('none'))
    return 'asked 3 times for what does not exist'
  },
  async 'refresh-ahead'(cache, database) {
    const ask = () => cache.getOrLoad('1', () => database.read('1'), { ttl: 400, refreshAhead: 0.25 })
    await ask()
    await wait(150)
    await ask()
    await wait(300)
    await ask()
    return 'asked after the first value would have ended, and waited for no one'
  },
  async 'stale-while-revalidate'(cache, database) {
    const ask = () => cache.getOrLoad('1', () => database.read('1'), { ttl: 50, staleWhileRevalidate: '1m' })
    await ask()
    await wait(100)
    const startedAt = performance.now()
    await ask()
    return performance.now() - startedAt < 20 ? 'the stale value came at once' : 'waited'
  },
  async 'stale-if-error'(cache, database) {
    const ask = () => cache.getOrLoad('1', () => database.read('1'), { ttl: 50, staleIfError: '1m' })
    await ask()
    await wait(100)
    database.isAway = true
    return `${(await ask()).name}, though the database is away`
  },
  async 'write-through'(cache, database) {
    const { write } = writeThrough(cache, (id, row) => database.write([[id, row]]))
    await write('1', { name: 'Lamp', price: 35 })
    return `the cache has the new price: ${(await cache.get('1')).price}`
  },
  async 'write-behind'(cache, database) {
    const buffer = writeBehind(cache, { flush: (rows) => database.write(rows) })
    for (let price = 1; price <= 100; price++) await buffer.write('1', { name: 'Lamp', price })
    await buffer.close()
    return `written 100 times, the last price is ${(await cache.get('1')).price}`
  },
  async memoize(cache, database) {
    const read = cache.memoize((id) => database.read(id), { name: 'read' })
    for (const id of ['1', '1', '2', '1']) await read(id)
    return JSON.stringify(read.info())
  },
}

console.log(`on ${backend.kind}`)
for (const [pattern, run] of Object.entries(patterns)) {
  const database = new Database()
  const cache = createCache({
    // Each run of this example begins with empty caches, on Redis too.
    namespace: `patterns ${pattern} ${process.pid} ${Date.now()}`,
    ttl: '1m',
    earlyRefresh: 0,
    timeout: '1s',
    backend,
    ...(pattern === 'read-through' && { loader: ({ key }) => database.read(key) }),
  })
  const result = await run(cache, database)
  await cache.close()
  const cost = `${database.reads} reads, ${database.writes} writes`
  console.log(`${pattern.padEnd(24)}${cost.padEnd(20)}${result}`)
}
await backend.close()
