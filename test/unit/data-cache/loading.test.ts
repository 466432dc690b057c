import { expect, it } from 'vitest'
import { cacheHarness, heldLoader, turns } from './cache-harness.ts'

it('loads once for all who ask at the same time', async () => {
  const { cache } = cacheHarness<{ n: number }>()
  const held = heldLoader<{ n: number }>()
  const asked = Array.from({ length: 50 }, () => cache.getOrLoad('k', held.load))
  await turns()
  expect(held.calls).toBe(1)
  held.give({ n: 7 })
  const values = await Promise.all(asked)
  expect(values.every(({ n }) => n === 7)).toBe(true)
  expect(new Set(values).size).toBe(50)
  expect(cache.stats()).toMatchObject({ misses: 50, collapsed: 49, loads: 1, sets: 1, hits: 0 })
  await cache.getOrLoad('k', held.load)
  expect(held.calls).toBe(1)
})

it('hands an error to everybody who waits, and remembers none', async () => {
  const { cache, events } = cacheHarness()
  const held = heldLoader<number>()
  const asked = [cache.getOrLoad('k', held.load), cache.getOrLoad('k', held.load)]
  const failure = new Error('no database')
  held.fail(failure)
  for (const one of asked) await expect(one).rejects.toBe(failure)
  expect(events).toContainEqual(['error', { name: 'default', operation: 'loader', error: failure }])
  expect(await cache.getOrLoad('k', () => 1)).toBe(1)
  expect(cache.stats()).toMatchObject({ errors: 1, loads: 2 })
})

it('takes what a loader throws at once like what it rejects with', async () => {
  const { cache } = cacheHarness()
  const throwing = (): number => {
    throw new RangeError('at once')
  }
  await expect(cache.getOrLoad('k', throwing)).rejects.toThrow('at once')
  expect(await cache.getOrLoad('k', () => 5)).toBe(5)
})

it('tells the loader its key, and the stale value that it replaces', async () => {
  const { cache, clock } = cacheHarness<number>({ ttl: '1s', staleIfError: '1m' })
  const contexts: unknown[] = []
  const load = ({
    key,
    stale,
    signal,
  }: {
    key: string
    stale: number | undefined
    signal: AbortSignal
  }): number => {
    contexts.push([key, stale, signal.aborted])
    return contexts.length
  }
  await cache.getOrLoad('k', load)
  clock.advance(1_000)
  expect(await cache.getOrLoad('k', load)).toBe(2)
  expect(contexts).toEqual([
    ['k', undefined, false],
    ['k', 1, false],
  ])
})

it('remembers that there is nothing, for the smaller of a minute and the ttl', async () => {
  const { cache, clock } = cacheHarness({ ttl: '1h' })
  let loads = 0
  const nothing = (): undefined => {
    loads++
    return undefined
  }
  const ask = (): Promise<undefined> => cache.getOrLoad('k', nothing)
  expect(await ask()).toBeUndefined()
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.has('k')).toBe(false)
  expect(await cache.getMany(['k'])).toEqual(new Map())
  clock.advance(59_999)
  await ask()
  expect(loads).toBe(1)
  clock.advance(1)
  await ask()
  expect(loads).toBe(2)
  const short = cacheHarness({ ttl: '5s' })
  await short.cache.getOrLoad('k', () => null)
  expect(await short.cache.has('k')).toBe(true)
  short.clock.advance(5_000)
  expect(await short.cache.has('k')).toBe(false)
})

it('goes by negativeTtl, of the cache and of the call', async () => {
  const { cache, clock } = cacheHarness<string | null>({ negativeTtl: '2s' })
  await cache.getOrLoad('a', () => null)
  await cache.getOrLoad('b', () => null, { negativeTtl: 0 })
  await cache.set('c', null)
  expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual([null, undefined, null])
  clock.advance(2_000)
  expect([await cache.get('a'), await cache.get('c')]).toEqual([undefined, null])
})

it('loads through get and getMany when it was made with a loader', async () => {
  const keys: string[] = []
  const { cache } = cacheHarness<string>({
    loader: ({ key }) => {
      keys.push(key)
      return key === 'none' ? undefined : key.toUpperCase()
    },
  })
  expect(await cache.get('a')).toBe('A')
  expect(await cache.get('none')).toBeUndefined()
  expect([...(await cache.getMany(['a', 'b', 'none', 'b']))]).toEqual([
    ['a', 'A'],
    ['b', 'B'],
  ])
  expect(keys).toEqual(['a', 'none', 'b'])
  expect(await cache.has('c')).toBe(false)
})

it('refuses a value that the codec cannot hold, and says where', async () => {
  const { cache } = cacheHarness()
  const load = async (): Promise<unknown> => ({ user: { since: new Date(0) } })
  await expect(cache.getOrLoad('k', load)).rejects.toThrow('$.user.since is a Date')
  expect(await cache.has('k')).toBe(false)
})

it('lets no load bring back what was deleted, expired or replaced meanwhile', async () => {
  const { cache } = cacheHarness<string>()
  const changes: (() => Promise<unknown>)[] = [
    () => cache.delete('k'),
    () => cache.expire('k'),
    () => cache.set('k', 'set'),
    () => cache.invalidateTags('t'),
    () => cache.clear(),
  ]
  for (const change of changes) {
    const held = heldLoader<string>()
    const first = cache.getOrLoad('k', held.load, { tags: ['t'] })
    await turns()
    await change()
    const second = cache.getOrLoad('k', held.load, { tags: ['t'] })
    await turns()
    held.give('old')
    expect(await first).toBe('old')
    expect(await cache.get('k')).not.toBe('old')
    held.give('new')
    expect(await second).toBe(held.calls === 2 ? 'new' : 'set')
    expect(await cache.get('k')).toBe(held.calls === 2 ? 'new' : 'set')
    await cache.delete('k')
  }
})

it('lets no slow load overwrite what is newer, from another cache on the same backend either', async () => {
  const { cache, backend } = cacheHarness<string>()
  const other = cacheHarness<string>({}, { backend }).cache
  const held = heldLoader<string>()
  for (const change of [() => other.set('k', 'newer'), () => other.delete('k')]) {
    const slow = cache.getOrLoad('k', held.load)
    await turns()
    await change()
    const there = await cache.get('k')
    held.give('older')
    expect(await slow).toBe('older')
    expect(await cache.get('k')).toBe(there)
    await cache.delete('k')
  }
})

it('tells a loader that asks for its own key, instead of waiting for ever', async () => {
  const { cache } = cacheHarness()
  const circular = (): Promise<unknown> => cache.getOrLoad('k', circular)
  await expect(cache.getOrLoad('k', circular)).rejects.toThrow('asks for the key that it is to load')
})

it('lets nobody wait any longer for a load that hangs', async () => {
  const { cache, clock } = cacheHarness()
  const held = heldLoader<number>()
  void cache.getOrLoad('k', held.load)
  clock.advance(30_000)
  expect(await cache.getOrLoad('k', () => 2)).toBe(2)
  held.give(1)
  await turns()
  expect(await cache.get('k')).toBe(2)
})

it('takes a thenable that is no promise, with and without a deadline', async () => {
  const { cache } = cacheHarness()
  // oxlint-disable-next-line unicorn/no-thenable -- such as query builders give
  const query = { then: (resolve: (value: unknown) => void) => resolve('row') }
  const load = (): PromiseLike<unknown> => query as unknown as PromiseLike<unknown>
  expect(await cache.getOrLoad('a', load as () => Promise<unknown>)).toBe('row')
  expect(await cache.getOrLoad('b', load as () => Promise<unknown>, { hardTimeout: '1s' })).toBe('row')
})
