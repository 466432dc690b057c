import { createCache, memoryBackend, type Backend, type Bus, type BusListener } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { withMethod } from '../guard/with-method.ts'
import { cacheHarness, heldLoader, turns } from './cache-harness.ts'

it('invalidates by tags, given as a list and by a function of the value', async () => {
  const { cache, events } = cacheHarness<{ team: number }>({ tags: (user) => [`team:${user.team}`] })
  await cache.set('a', { team: 1 })
  await cache.set('b', { team: 2 })
  await cache.set('c', { team: 2 }, { tags: ['other'] })
  await cache.getOrLoad('d', () => ({ team: 2 }))
  await cache.invalidateTags('team:2', 'nobody')
  expect([...(await cache.getMany(['a', 'b', 'c', 'd'])).keys()]).toEqual(['a', 'c'])
  expect(events).toContainEqual([
    'invalidated',
    { name: 'default', targets: ['tag team:2', 'tag nobody'], soft: false },
  ])
})

it('makes stale what is invalidated softly, or expired', async () => {
  const { cache } = cacheHarness<string>({ staleIfError: '1m' })
  const broken = (): Promise<string> => Promise.reject(new Error('no database'))
  const soften: (() => Promise<unknown>)[] = [
    () => cache.invalidateTags('t', { soft: true }),
    () => cache.clear({ soft: true }),
    () => cache.expire('k'),
  ]
  for (const makeStale of soften) {
    await cache.set('k', 'old', { tags: ['t'] })
    await makeStale()
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.has('k')).toBe(false)
    expect(await cache.touch('k')).toBe(false)
    expect(await cache.getOrLoad('k', broken)).toBe('old')
    expect(await cache.getOrLoad('k', () => 'new')).toBe('new')
    expect(await cache.get('k')).toBe('new')
  }
})

it('tells whether there was one to delete or expire', async () => {
  const { cache, clock } = cacheHarness<string | undefined>({ ttl: '1s', staleIfError: '1m' })
  await cache.set('k', 'a')
  expect([await cache.expire('k'), await cache.expire('k'), await cache.delete('k')]).toEqual([
    true,
    false,
    false,
  ])
  await cache.set('k', 'a')
  expect([await cache.delete('k'), await cache.delete('k'), await cache.expire('k')]).toEqual([
    true,
    false,
    false,
  ])
  await cache.set('k', 'a')
  clock.advance(1_000)
  expect(await cache.delete('k')).toBe(false)
  await cache.getOrLoad('none', () => undefined)
  expect(await cache.delete('none')).toBe(false)
  expect(cache.stats().deletes).toBe(1)
})

it('clears its own namespace and no neighbour', async () => {
  const { cache, backend } = cacheHarness<string>({ namespace: 'user' })
  const neighbours = ['users', 'use', 'user:1', 'default', ''].filter(Boolean)
  const others = neighbours.map((namespace) => cacheHarness<string>({ namespace }, { backend }).cache)
  for (const other of others) await other.set('k', 'theirs')
  await cache.set('k', 'mine')
  await cache.clear()
  expect(await cache.get('k')).toBeUndefined()
  for (const other of others) expect(await other.get('k')).toBe('theirs')
})

it('misses an entry of another version, and purges it all the same', async () => {
  const { cache, backend, events } = cacheHarness<string>({ version: '1' })
  const next = cacheHarness<string>({ version: '2' }, { backend })
  await cache.set('k', 'one')
  expect(await next.cache.get('k')).toBeUndefined()
  expect(await next.cache.getOrLoad('k', () => 'two')).toBe('two')
  expect(await cache.get('k')).toBeUndefined()
  expect([...events, ...next.events].filter(([event]) => event === 'error')).toEqual([])
  await cache.set('k', 'one')
  await next.cache.delete('k')
  expect(await cache.get('k')).toBeUndefined()
})

it('keeps a tag given when an old entry is expired and something newer is purged', async () => {
  const { cache } = cacheHarness<string>({ staleIfError: '1m' })
  await cache.set('k', 'old', { tags: ['t'] })
  await cache.expire('k')
  await cache.invalidateTags('t')
  await expect(cache.getOrLoad('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
})

it('lets those who ask after a purge load anew, instead of waiting for what began before it', async () => {
  const { cache } = cacheHarness<string>()
  const held = heldLoader<string>()
  const before = cache.getOrLoad('k', held.load)
  await turns()
  await cache.invalidateTags('whatever')
  const after = cache.getOrLoad('k', held.load)
  await turns()
  held.give('before')
  held.give('after')
  expect([await before, await after, await cache.get('k')]).toEqual(['before', 'after', 'after'])
})

it.each([[[]], [['']], [[1]], [[['a']]], [['a', { soft: 1 }]], [['a', { sof: true }]]])(
  'refuses invalidateTags(...%j)',
  async (args) => {
    const { cache } = cacheHarness()
    await expect(cache.invalidateTags(...(args as string[]))).rejects.toMatchObject({
      code: 'FOREBAY_INVALID_ARGUMENT',
    })
  },
)

interface Wire {
  readonly clock: ManualClock
  readonly backend: Backend
  readonly listeners: BusListener[]
  subscriptions: number
}

function wired(): Wire {
  const clock = manualClock()
  const listeners: BusListener[] = []
  const bus: Bus = {
    publish: () => undefined,
    subscribe: (topic, listener) => {
      expect(topic).toBe('invalidate')
      wire.subscriptions++
      listeners.push(listener)
      return () => void listeners.splice(listeners.indexOf(listener), 1)
    },
  }
  const wire: Wire = { clock, backend: { ...memoryBackend({ clock }), bus }, listeners, subscriptions: 0 }
  return wire
}

it('applies what any service publishes for its namespace', async () => {
  const { backend, listeners } = wired()
  const { cache, events } = cacheHarness<string>({ namespace: 'user' }, { backend })
  await cache.setMany(
    ['a', 'b', 'c', 'd'].map((key) => [key, key] as const),
    { tags: ['t'] },
  )
  const publish = async (message: unknown): Promise<void> => {
    for (const { message: hear } of listeners) hear(JSON.stringify(message))
    await turns()
  }
  const there = async (): Promise<string> => [...(await cache.getMany(['a', 'b', 'c', 'd'])).keys()].join('')
  await publish({ namespace: 'users', all: true })
  expect(await there()).toBe('abcd')
  await publish({ namespace: 'user', keys: ['a', 'c'] })
  expect(await there()).toBe('bd')
  await cache.set('e', 'e')
  await publish({ namespace: 'user', tags: ['t'], unknown: 1 })
  expect(await there()).toBe('')
  expect(await cache.get('e')).toBe('e')
  await publish({ namespace: 'user', all: true })
  expect(await cache.get('e')).toBeUndefined()
  expect(events.filter(([event]) => event === 'error')).toEqual([])
  for (const { gap } of listeners) gap()
})

it('deletes the keys that a message names, though the backend does not take the tags', async () => {
  const { backend, listeners, clock } = wired()
  let marked = 0
  const entries = withMethod(backend.entries, 'mark', (...args) =>
    marked++ === 0 ? Promise.reject(new Error('not now')) : backend.entries.mark(...args),
  )
  const { cache } = cacheHarness<string>({ namespace: 'user' }, { backend: { ...backend, entries } })
  await cache.set('a', 'a')
  for (const { message } of listeners)
    message(JSON.stringify({ namespace: 'user', keys: ['a'], tags: ['t'] }))
  await turns()
  // The tags are made up for; nothing is served before.
  clock.advance(1_000)
  await turns()
  expect(marked).toBe(2)
  expect(await cache.get('a')).toBeUndefined()
  await cache.set('a', 'b')
  expect(await cache.get('a')).toBe('b')
})

it.each([
  ['no JSON'],
  ['null'],
  ['[]'],
  ['{}'],
  ['{"namespace":"user"}'],
  ['{"namespace":"user","all":false}'],
  ['{"namespace":"user","all":"true"}'],
  ['{"namespace":"user","tags":"t"}'],
  ['{"namespace":"user","tags":[""]}'],
  ['{"namespace":"user","keys":[1]}'],
  ['{"namespace":["user"],"all":true}'],
  [`{"namespace":"user","keys":${JSON.stringify(Array.from({ length: 10_001 }, () => 'a'))}}`],
  [`"${'x'.repeat(1_048_577)}"`],
])('ignores the message %.60s, and says so', async (text) => {
  const { backend, listeners } = wired()
  const { cache, events } = cacheHarness<string>({ namespace: 'user' }, { backend })
  await cache.set('a', 'a', { tags: ['t'] })
  for (const { message } of listeners) message(text)
  await turns()
  expect(await cache.get('a')).toBe('a')
  expect(events.filter(([event]) => event === 'error')).toEqual([
    ['error', { name: 'user', operation: 'bus', error: expect.any(TypeError) }],
  ])
})

it('hears the bus from its first use until it is closed', async () => {
  const wire = wired()
  const cache = createCache({ backend: wire.backend, ttl: '1m' })
  expect(wire.subscriptions).toBe(0)
  await cache.get('a')
  await cache.set('a', 1)
  expect(wire.subscriptions).toBe(1)
  await cache.close()
  expect(wire.listeners).toEqual([])
})
