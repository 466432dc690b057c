import { memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { expect, it } from 'vitest'
import { scopeNamed } from '../../../packages/testing/src/cache-store/entries.ts'
import type { CacheEntry, CacheStore } from '../../../packages/core/src/ports/cache-store.ts'
import { guardOf } from '../../../packages/core/src/guard/backend-guard.ts'
import { GuardedEntries } from '../../../packages/core/src/engine/guarded-entries.ts'

const healthy: CacheStore = {
  get: () => undefined,
  getMany: () => new Map(),
  touch: () => true,
  set: () => true,
  delete: () => true,
  stamp: () => 7,
  mark: () => undefined,
  stats: () => ({ entries: 0, bytes: 0, evictions: 0 }),
}

const entry: CacheEntry = {
  value: 'v',
  bytes: 1,
  stamp: 1,
  storedAt: 0,
  staleAt: 1,
  deleteAt: 2,
  labels: [],
  path: '/',
}

function guard(store: Partial<CacheStore>) {
  const clock = manualClock()
  const told: string[] = []
  const backend = { ...memoryBackend({ clock }), entries: { ...healthy, ...store } }
  const entries = new GuardedEntries({
    store: backend.entries,
    scope: scopeNamed('s'),
    guard: guardOf(backend),
    user: {
      who: 'a cache',
      logger: { warn: () => {}, error: () => {} },
      failed: (operation, error) =>
        told.push(`${operation}: ${error instanceof Error ? error.message : String(error)}`),
      recovered: () => told.push('recovered'),
    },
  })
  return { clock, told, entries }
}

it('passes answers on at once', () => {
  const { entries, told } = guard({ get: () => ({ entry, softened: false }) })
  expect(entries.get('k', 100)).toEqual({ entry, softened: false })
  expect(entries.set('k', entry, 100)).toBe(true)
  expect(entries.stamp(100)).toBe(7)
  expect(told).toEqual([])
})

it('makes a miss of what throws, rejects or is no entry', async () => {
  const boom = (): never => {
    throw new Error('boom')
  }
  const throwing = guard({ get: boom, set: boom, stamp: boom })
  expect(throwing.entries.get('k', 100)).toBeUndefined()
  expect(throwing.entries.set('k', entry, 100)).toBe(false)
  expect(throwing.told).toEqual(['get: boom', 'set: boom'])
  const rejecting = guard({
    get: () => Promise.reject(new Error('no')),
    set: () => Promise.reject(new Error('no')),
  })
  expect(await rejecting.entries.get('k', 100)).toBeUndefined()
  expect(await rejecting.entries.set('k', entry, 100)).toBe(false)
  expect(rejecting.told).toEqual(['get: no', 'set: no'])
  for (const garbage of [42, 'page', null, {}, { entry: {}, softened: false }, { entry, softened: 'yes' }]) {
    const lying = guard({ get: () => garbage as never })
    expect(lying.entries.get('k', 100)).toBeUndefined()
    expect(lying.told).toHaveLength(1)
  }
})

it('stores nothing under a stamp that the store did not give', () => {
  const { entries } = guard({ stamp: () => Number.NaN })
  const stamp = entries.stamp(100)
  expect(entries.set('k', { ...entry, stamp: stamp as number }, 100)).toBe(false)
})

it('waits no longer than the timeout, and tells it once', async () => {
  let answer: (error: Error) => void = () => {}
  const { entries, clock, told } = guard({
    get: () => new Promise((_resolve, reject) => (answer = reject)),
  })
  const found = entries.get('k', 100)
  clock.advance(99)
  expect(told).toEqual([])
  clock.advance(1)
  expect(await found).toBeUndefined()
  answer(new Error('much later'))
  await Promise.resolve()
  expect(told).toEqual(['get: no answer within 100 ms'])
})

it('tells of the first answer after a failure', async () => {
  let works = false
  const { entries, told } = guard({
    get: () => (works ? Promise.resolve(undefined) : Promise.reject(new Error('down'))),
  })
  await entries.get('k', 100)
  works = true
  await entries.get('k', 100)
  await entries.get('k', 100)
  expect(told).toEqual(['get: down', 'recovered'])
})

it('lets whoever purges know that the purge failed', async () => {
  const { entries, told } = guard({ mark: () => Promise.reject(new Error('down')) })
  await expect(async () => entries.mark([{ type: 'all' }], false)).rejects.toThrow('down')
  expect(told).toEqual(['mark: down'])
})

it('confirms no purge that the store does not confirm', async () => {
  const { entries, clock, told } = guard({ mark: () => new Promise(() => {}) })
  const marked = Promise.resolve(entries.mark([{ type: 'all' }], false))
  marked.catch(() => {})
  clock.advance(5_000)
  await expect(marked).rejects.toThrow('no answer within 5000 ms')
  expect(told).toEqual(['mark: no answer within 5000 ms'])
})

it('asks nothing more of a store that cannot be read', async () => {
  let asked = 0
  const { entries } = guard({ get: () => Promise.reject(new Error('down')), stamp: () => ++asked })
  expect(entries.isReadable).toBe(true)
  await entries.get('k', 100)
  expect(entries.isReadable).toBe(false)
  const stamp = await entries.stamp(100)
  expect([asked, await entries.set('k', { ...entry, stamp }, 100)]).toEqual([0, false])
})
