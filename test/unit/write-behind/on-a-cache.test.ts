/** Write-behind on a data cache, by the public door. */
import { expect, it } from 'vitest'
import { createCache, memoryBackend, writeBehind, type Backend, type WriteBehindOptions } from '@forebay/core'
import { manualClock, simulatedJournal } from '@forebay/testing'
import { pass, settle } from './buffered.ts'

const setUp = (changes: Partial<Backend> = {}, options: Partial<WriteBehindOptions<unknown>> = {}) => {
  const clock = manualClock()
  const backend: Backend = { ...memoryBackend({ clock }), ...changes }
  const logger = { warn: () => undefined, error: () => undefined }
  const cache = createCache({ backend, ttl: '1h', earlyRefresh: 0, logger })
  const source = new Map<string, unknown>()
  const flush = (entries: [string, unknown][]): void => {
    for (const [key, value] of entries) source.set(key, value)
  }
  return { clock, backend, cache, source, writes: writeBehind(cache, { flush, ...options }) }
}

it('shows what was written to every way of reading, before and after the flush', async () => {
  const { cache, writes, source } = setUp()
  source.set('a', 'old')
  const load = () => source.get('a') as string
  expect(await cache.getOrLoad('a', load)).toBe('old')
  await writes.write('a', 'new', { tags: ['t'] })
  expect(source.get('a')).toBe('old')
  expect(await cache.get('a')).toBe('new')
  expect(await cache.getOrLoad('a', load)).toBe('new')
  expect((await cache.getMany(['a'])).get('a')).toBe('new')
  await writes.flush()
  expect([source.get('a'), await cache.get('a')]).toEqual(['new', 'new'])
  await cache.invalidateTags('t')
  expect(await cache.get('a')).toBeUndefined()
  await writes.close()
})

it('lets no value stay in the cache that was loaded while a newer one waited', async () => {
  const { cache, writes, source } = setUp()
  source.set('a', 'old')
  await writes.write('a', 'new')
  await cache.delete('a')
  expect(await cache.getOrLoad('a', () => source.get('a'))).toBe('old')
  await writes.flush()
  expect(await cache.getOrLoad('a', () => source.get('a'))).toBe('new')
  await writes.write('b', 1)
  await cache.delete('b')
  expect(await cache.getOrLoad('b', () => source.get('b'))).toBeUndefined()
  await writes.flush()
  expect(await cache.getOrLoad('b', () => source.get('b'))).toBe(1)
  await writes.close()
})

it('leaves in the cache what it wrote, without a use of it being counted', async () => {
  const { cache, writes } = setUp()
  for (const value of [0, '', false, null, { a: [1, { b: 2 }] }])
    await writes.write(`key ${JSON.stringify(value)}`, value)
  await writes.flush()
  expect(cache.stats()).toMatchObject({ hits: 0, misses: 0, deletes: 0 })
  expect(await cache.get('key 0')).toBe(0)
  expect(await cache.get('key false')).toBe(false)
  await writes.close()
})

it('refuses a value that the codec cannot hold, and options that are not accepted, before anything happens', async () => {
  for (const journal of [undefined, simulatedJournal(manualClock())]) {
    const { cache, writes, source } = setUp(journal === undefined ? {} : { journal })
    for (const value of [1n, new Map(), new Date(), () => 1]) {
      await expect(writes.write('a', value)).rejects.toMatchObject({ code: 'FOREBAY_INVALID_VALUE' })
    }
    await expect(writes.write('a', 1, { ttl: 'soon' as never })).rejects.toMatchObject({
      code: 'FOREBAY_INVALID_OPTION',
    })
    await writes.flush()
    expect([source.size, await cache.has('a')]).toEqual([0, false])
    await writes.close()
  }
})

it('accepts writes while the cache is broken, and flushes them', async () => {
  const { writes, source } = setUp({
    entries: new Proxy(memoryBackend().entries, {
      get: (_target, name) => (name === 'stats' ? () => ({}) : () => Promise.reject(new Error('broken'))),
    }),
  })
  await writes.write('a', 1)
  await writes.flush()
  expect(source.get('a')).toBe(1)
  await writes.close()
})

it('goes through a journal where the backend has one, one for each name', async () => {
  const clock = manualClock()
  const journal = simulatedJournal(clock)
  const shared = { clock, journal }
  const never = { flush: () => new Promise(() => undefined), closeTimeout: 1 } as const
  const one = setUp(shared, { ...never, name: 'orders' })
  await one.writes.write('a', { total: 1 })
  const closing = one.writes.close()
  await pass(clock, 100)
  await closing
  const other = setUp(shared, { name: 'users' })
  await other.writes.flush()
  expect(other.source.size).toBe(0)
  const next = setUp(shared, { name: 'orders' })
  await next.writes.flush()
  expect(next.source.get('a')).toEqual({ total: 1 })
  await Promise.all([other.writes.close(), next.writes.close()])
})

it('leaves in the cache what another process wrote after what is flushed, and drops what was loaded', async () => {
  const clock = manualClock()
  const backend: Backend = { ...memoryBackend({ clock }), journal: simulatedJournal(clock) }
  const [writer, flusher] = [createCache({ backend, ttl: '1h' }), createCache({ backend, ttl: '1h' })]
  const source = new Map<string, unknown>()
  let during = async (): Promise<void> => undefined
  const flush = async (entries: [string, unknown][]): Promise<void> => {
    await during()
    for (const [key, value] of entries) source.set(key, value)
  }
  const [one, other] = [writeBehind(writer, { flush }), writeBehind(flusher, { flush })]
  await one.write('a', 1)
  await one.write('b', 1)
  during = async () => {
    during = async () => undefined
    await one.write('a', 2)
    await flusher.delete('b')
    await flusher.getOrLoad('b', () => 'old')
  }
  await other.flush()
  expect(source).toEqual(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  )
  expect(await writer.get('a')).toBe(2)
  expect(await writer.has('b')).toBe(false)
  await other.flush()
  expect([source.get('a'), await writer.get('a')]).toEqual([2, 2])
  await one.close()
  await other.close()
})

it('drops an older write from the cache, whoever wrote it, when a newer one is flushed', async () => {
  const clock = manualClock()
  const backend: Backend = { ...memoryBackend({ clock }), journal: simulatedJournal(clock) }
  const [first, second] = [createCache({ backend, ttl: '1h' }), createCache({ backend, ttl: '1h' })]
  const source = new Map<string, unknown>()
  const flush = (entries: [string, unknown][]): void => {
    for (const [key, value] of entries) source.set(key, value)
  }
  const [one, other] = [writeBehind(first, { flush }), writeBehind(second, { flush })]
  await one.write('a', 'older')
  // Accepted later, and by a process that does not get it into the cache.
  const { entries } = backend
  const set = entries.set.bind(entries)
  entries.set = () => false
  await other.write('a', 'newer')
  entries.set = set
  expect(await first.get('a')).toBe('older')
  await one.flush()
  expect([source.get('a'), await first.get('a')]).toEqual(['newer', undefined])
  await one.close()
  await other.close()
})

it('keeps queues of one name and caches of two namespaces apart', async () => {
  const clock = manualClock()
  const backend: Backend = { ...memoryBackend({ clock }), journal: simulatedJournal(clock) }
  const flushed: string[] = []
  const [users, orders] = ['users', 'orders'].map((namespace) => {
    const flush = (entries: [string, unknown][]): void => void flushed.push(`${namespace} ${String(entries)}`)
    return writeBehind(createCache({ backend, namespace }), { flush, name: 'db' })
  })
  await users?.write('a', 1)
  await orders?.flush()
  await users?.flush()
  expect(flushed).toEqual(['users a,1'])
  await Promise.all([users?.close(), orders?.close()])
})

it('refuses a second queue of the same name on a cache with a journal, until the first is closed', async () => {
  const { cache, writes } = setUp({ journal: simulatedJournal(manualClock()) })
  const flush = (): void => undefined
  expect(() => writeBehind(cache, { flush })).toThrow(/"default" is the name of another queue of this cache/)
  const other = writeBehind(cache, { flush, name: 'other' })
  const { close } = writes
  await close()
  const again = writeBehind(cache, { flush })
  await Promise.all([again.close(), other.close()])
})

it('flushes by itself, without keeping the clock busy when nothing waits', async () => {
  const { clock, writes, source } = setUp()
  await writes.write('a', 1)
  clock.advance(1_000)
  await settle()
  expect(source.get('a')).toBe(1)
  expect(writes.stats()).toEqual({ pending: 0, flushed: 1, deadLettered: 0, failures: 0 })
  await writes.close()
})

it.each([
  [{}, /flush is missing/],
  [{ flush: 'flush' }, /flush/],
  [{ maxBatch: 0 }, /maxBatch/],
  [{ maxPending: 1.5 }, /maxPending/],
  [{ retries: -1 }, /retries/],
  [{ interval: 0 }, /interval/],
  [{ onDeadletter: () => undefined }, /Did you mean 'onDeadLetter'/],
])('refuses %j', (options, message) => {
  const flush = 'flush' in options || Object.keys(options).length === 0 ? {} : { flush: () => undefined }
  expect(() => writeBehind(createCache(), { ...flush, ...options } as never)).toThrow(message)
})

it('refuses a lease that is shorter than a pause of the process, and what is no cache', () => {
  const { backend } = setUp({ journal: simulatedJournal(manualClock()) })
  const flush = (): void => undefined
  expect(() => writeBehind(createCache({ backend }), { flush, lease: '100ms' })).toThrow(/at least 1000 ms/)
  expect(() => writeBehind(new Map() as never, { flush })).toThrow(/what createCache returns/)
})
