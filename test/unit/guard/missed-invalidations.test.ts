/** Invalidations that the backend did not confirm. */
import { expect, it } from 'vitest'
import type { CacheEntry, CacheScope, CacheStore, MaybePromise } from '@forebay/core'
import { guardOf } from '../../../packages/core/src/guard/backend-guard.ts'
import { GuardedEntries } from '../../../packages/core/src/engine/guarded-entries.ts'
import { scopeNamed } from '../../../packages/testing/src/cache-store/entries.ts'
import { farBackend, type FarBackend } from './guarded-backend.ts'
import { withMethod } from './with-method.ts'

const isHere = { entry: expect.anything() as CacheEntry, softened: false }

function entriesOn(far: FarBackend, scope: CacheScope = scopeNamed('s')): GuardedEntries {
  const user = { who: 'a cache', logger: far.logger, failed: () => {}, recovered: () => {} }
  return new GuardedEntries({ store: far.backend.entries, scope, guard: guardOf(far.backend), user })
}

async function store(entries: GuardedEntries, key: string, label = 'tag'): Promise<boolean> {
  const stamp = await entries.stamp(100)
  const times = { storedAt: 0, staleAt: 1e15, deleteAt: 1e15 }
  return entries.set(key, { value: 'v', bytes: 1, stamp, ...times, labels: [label], path: '/' }, 100)
}

const fails = async (call: () => MaybePromise<void>): Promise<void> => {
  await expect(async () => call()).rejects.toThrow(/not confirmed the invalidation.*as soon as/)
}

it('are applied before anything stored is believed again', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'purged', 'tag')
  await store(entries, 'other', 'another')
  far.calls = 'fails'
  await fails(() => entries.mark([{ type: 'label', label: 'tag' }], false))
  // The backend can be read again, but does not know yet.
  far.calls = 'works'
  const before = far.asked
  expect(entries.get('purged', 100)).toBeUndefined()
  expect(entries.get('other', 100)).toBeUndefined()
  expect(entries.stamp(100)).toBe(-1)
  expect(far.asked).toBe(before)
  await far.pass(300)
  expect(await entries.get('purged', 100)).toBeUndefined()
  expect(await entries.get('other', 100)).toMatchObject(isHere)
})

it('are tried until they are confirmed, without anybody asking for anything', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'k')
  far.calls = far.health = 'hangs'
  const purge = Promise.resolve(entries.mark([{ type: 'all' }], false))
  purge.catch(() => {})
  await far.pass(5_100)
  await expect(purge).rejects.toThrow('no answer within 5000 ms')
  await far.pass(10_000)
  expect(entries.get('k', 100)).toBeUndefined()
  far.calls = far.health = 'works'
  // Another process reads it from the backend itself.
  await far.pass(1_000)
  expect(await far.backend.entries.get(scopeNamed('s'), 'k')).toBeUndefined()
})

it('hold for every cache of the same name in this process, and for no other', async () => {
  const far = farBackend()
  const [one, same, other] = [entriesOn(far), entriesOn(far), entriesOn(far, scopeNamed('t'))]
  await store(same, 'k')
  await store(other, 'k')
  far.calls = 'fails'
  await fails(() => one.mark([{ type: 'all' }], false))
  far.calls = 'works'
  expect(same.get('k', 100)).toBeUndefined()
  expect(await other.get('k', 100)).toMatchObject(isHere)
})

it('hide what was being read when they were missed', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'k')
  let answer = (): void => {}
  const slow = {
    ...far.backend.entries,
    get: () => new Promise((resolve) => (answer = () => resolve(isHere))),
  }
  const user = { who: 'a cache', logger: far.logger, failed: () => {}, recovered: () => {} }
  const reading = new GuardedEntries({
    store: slow as unknown as CacheStore,
    scope: scopeNamed('s'),
    guard: guardOf(far.backend),
    user,
  })
  const found = reading.get('k', 100)
  far.calls = 'fails'
  await fails(() => entries.mark([{ type: 'all' }], false))
  answer()
  expect(await found).toBeUndefined()
})

it('keep soft what was soft, and hard what was hard', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'soft', 'soft')
  await store(entries, 'hard', 'hard')
  far.calls = 'fails'
  await fails(() => entries.mark([{ type: 'label', label: 'soft' }], true))
  await fails(() => entries.mark([{ type: 'label', label: 'hard' }], false))
  await fails(() => entries.mark([{ type: 'label', label: 'hard' }], true))
  far.calls = 'works'
  await far.pass(300)
  expect(await entries.get('soft', 100)).toMatchObject({ softened: true })
  expect(await entries.get('hard', 100)).toBeUndefined()
})

it('of one cache do not wait for those of another', async () => {
  const far = farBackend()
  const { entries } = far.backend
  // In a cluster, the node that has the marks of one cache may be away alone.
  const mark: CacheStore['mark'] = (scope, ...rest) =>
    scope.name === 's' ? Promise.reject(new Error('CLUSTERDOWN')) : entries.mark(scope, ...rest)
  const backend = { ...far.backend, entries: withMethod(entries, 'mark', mark) }
  const [away, other] = [entriesOn({ ...far, backend }), entriesOn({ ...far, backend }, scopeNamed('t'))]
  await store(other, 'k')
  await fails(() => away.mark([{ type: 'all' }], false))
  far.calls = 'fails'
  await fails(() => other.mark([{ type: 'all' }], false))
  far.calls = 'works'
  await far.pass(300)
  await store(other, 'k')
  expect(await other.get('k', 100)).toMatchObject(isHere)
  expect(await away.get('k', 100)).toBeUndefined()
})

it('are bounded: too many become one of everything', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'other', 'never purged')
  far.calls = 'fails'
  for (let tag = 0; tag < 1_001; tag++) {
    await fails(() => entries.mark([{ type: 'label', label: `tag ${tag}` }], false))
  }
  far.calls = 'works'
  await far.pass(1_000)
  expect(await entries.get('other', 100)).toBeUndefined()
  await store(entries, 'other')
  expect(await entries.get('other', 100)).toMatchObject(isHere)
})

it('are of single entries too: what was to be taken back does not come back', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'k')
  far.calls = 'fails'
  expect(await entries.delete('k', 100)).toBe(false)
  far.calls = 'works'
  expect(entries.get('k', 100)).toBeUndefined()
  await far.pass(300)
  expect(await entries.get('k', 100)).toBeUndefined()
  await store(entries, 'k')
  expect(await entries.get('k', 100)).toMatchObject(isHere)
})

it('are tried once more when the cache is closed, and given up then', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  await store(entries, 'k')
  far.calls = 'fails'
  await fails(() => entries.mark([{ type: 'all' }], false))
  far.calls = 'works'
  await entries.close()
  expect(await far.backend.entries.get(scopeNamed('s'), 'k')).toBeUndefined()
  far.calls = 'fails'
  await fails(() => entries.mark([{ type: 'all' }], false))
  await entries.close()
  const before = far.asked
  await far.pass(2_000)
  expect(far.asked).toBe(before)
})

it('keep nobody from closing a cache for more than a second', async () => {
  const far = farBackend()
  let isDown = true
  // Each takes its time, and none of them too long.
  const slowly: CacheStore['delete'] = () =>
    isDown
      ? Promise.reject(new Error('down'))
      : new Promise((resolve) => void far.clock.schedule(400, () => resolve(true)))
  const backend = { ...far.backend, entries: withMethod(far.backend.entries, 'delete', slowly) }
  const entries = entriesOn({ ...far, backend })
  for (let key = 0; key < 4; key++) await entries.delete(`k${key}`, 100)
  isDown = false
  let isClosed = false
  void entries.close().then(() => (isClosed = true))
  await far.pass(1_100)
  expect(isClosed).toBe(true)
})

it('make a cache of an unreachable backend drop what it would store, without a wait', async () => {
  const far = farBackend()
  const entries = entriesOn(far)
  const stamp = await entries.stamp(100)
  far.calls = far.health = 'hangs'
  const found = entries.get('k', 100)
  await far.pass(110)
  expect(await found).toBeUndefined()
  const entry = { value: 'v', bytes: 1, stamp, storedAt: 0, staleAt: 1, deleteAt: 2, labels: [], path: '' }
  expect([entries.get('k', 100), entries.stamp(100), entries.set('k', entry, 100)]).toEqual([
    undefined,
    -1,
    false,
  ])
  expect(entries.state).toBe('open')
})
