/** What is answered from near memory, without the far tier. */
import { isPromise, memoryBackend, tieredBackend, type TieredBackend } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { countedStore, type CountedStore } from '../../tiers/counted-store.ts'
import { entryOn, scope, store, valueOf } from '../../tiers/entries.ts'
import { simulatedFleet, type SimulatedFleet } from '../../tiers/simulated-fleet.ts'

describe('near memory', () => {
  let fleet: SimulatedFleet
  let far: CountedStore
  let node: TieredBackend
  let other: TieredBackend

  beforeEach(() => {
    fleet = simulatedFleet()
    far = countedStore(fleet.truth)
    node = fleet.tiered(0, { entries: far.store, nearTtl: 60_000 })
    other = fleet.tiered(1)
  })

  const now = (): unknown => {
    const found = node.entries.get(scope, 'key')
    if (isPromise(found)) throw new Error('asked the far tier')
    return found?.entry.value
  }

  it('answers at once what was read before, and asks the far tier for nothing', async () => {
    await store(other, 'key', 'value')
    expect(await valueOf(node, 'key')).toBe('value')
    expect(far.taken()).toEqual(['get'])
    for (let time = 0; time < 100; time++) expect(now()).toBe('value')
    expect(far.taken()).toEqual([])
    expect(node.entries.stats()).toMatchObject({ nearHits: 100, farHits: 1, misses: 0, near: { entries: 1 } })
  })

  it('answers at once what was written here', async () => {
    await store(node, 'key', 'value')
    far.taken()
    expect(now()).toBe('value')
    expect(far.taken()).toEqual([])
  })

  it('answers what it has of many, and asks for the rest in one call', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await store(other, key, key)
    await node.entries.get(scope, 'a')
    await node.entries.get(scope, 'c')
    far.taken()
    const found = await node.entries.getMany(scope, ['a', 'b', 'c', 'd', 'none', 'b'])
    expect(found.size).toBe(4)
    for (const key of ['a', 'b', 'c', 'd']) expect(found.get(key)?.entry.value).toBe(key)
    expect(far.taken()).toEqual(['getMany'])
    const again = node.entries.getMany(scope, ['a', 'b', 'c', 'd'])
    expect(isPromise(again)).toBe(false)
    expect(node.entries.stats()).toMatchObject({ nearHits: 6, farHits: 4, misses: 1 })
  })

  it('asks once for all who ask at the same time', async () => {
    await store(other, 'key', 'value')
    const values = await Promise.all(Array.from({ length: 50 }, () => valueOf(node, 'key')))
    expect(new Set(values)).toEqual(new Set(['value']))
    expect(far.taken()).toEqual(['get'])
  })

  it('keeps a copy no longer than nearTtl', async () => {
    await store(node, 'key', 'value', { staleAt: fleet.clock.now() + 3_600_000, deleteAt: Infinity })
    fleet.clock.advance(59_999)
    expect(now()).toBe('value')
    fleet.clock.advance(1)
    far.taken()
    expect(await valueOf(node, 'key')).toBe('value')
    expect(far.taken()).toEqual(['get'])
    expect(now()).toBe('value')
  })

  it('asks the far tier for what is stale: another node may have refreshed it', async () => {
    await store(node, 'key', 'value')
    fleet.clock.advance(10_000)
    far.taken()
    expect(await valueOf(node, 'key')).toBe('value')
    expect(await valueOf(node, 'key')).toBe('value')
    expect(far.taken()).toEqual(['get', 'get'])
    await node.entries.mark(scope, [{ type: 'all' }], { soft: true })
    expect((await node.entries.get(scope, 'key'))?.softened).toBe(true)
    expect((await node.entries.get(scope, 'key'))?.softened).toBe(true)
  })

  it('stores nothing near that the far tier refuses', async () => {
    const outrun = await entryOn(node, 'older')
    await other.entries.mark(scope, [{ type: 'label', label: 'tag' }], { soft: false })
    expect(await node.entries.set(scope, 'key', outrun)).toBe(false)
    expect(await valueOf(node, 'key')).toBeUndefined()
  })

  it('keeps what is asked for often when near memory is full', async () => {
    const near = memoryBackend({ clock: fleet.clock, maxEntries: 10 })
    const small = tieredBackend({ near, far: { ...fleet.shared(2), entries: far.store } })
    for (let key = 0; key < 30; key++) await store(other, `key ${key}`, key)
    await small.entries.get(scope, 'key 0')
    for (let key = 1; key < 30; key++) {
      await small.entries.get(scope, `key ${key}`)
      expect(isPromise(small.entries.get(scope, 'key 0'))).toBe(false)
    }
    expect(small.entries.stats().near).toMatchObject({ entries: 10, evictions: 20 })
  })

  it('gives another life to the copy with the entry, and keeps it no longer than nearTtl', async () => {
    await store(node, 'key', 'value')
    const times = { staleAt: fleet.clock.now() + 90_000, deleteAt: fleet.clock.now() + 90_000 }
    fleet.clock.advance(9_000)
    expect(await node.entries.touch(scope, 'key', times)).toBe(true)
    fleet.clock.advance(50_000)
    expect(now()).toBe('value')
    expect(await node.entries.get(scope, 'key')).toMatchObject({ entry: times })
    fleet.clock.advance(1_001)
    far.taken()
    expect(await valueOf(node, 'key')).toBe('value')
    expect(far.taken()).toEqual(['get'])
  })

  it('gives up older copies when there are more marks than it remembers, and no newer ones', async () => {
    await store(node, 'older', 'value', { labels: ['unmarked'] })
    for (let tag = 0; tag < 4_000; tag++) {
      await other.entries.mark(scope, [{ type: 'label', label: `${tag} ${'x'.repeat(200)}` }], {
        soft: false,
      })
    }
    await store(node, 'newer', 'value', { labels: ['unmarked'] })
    const isNear = (key: string): boolean => !isPromise(node.entries.get(scope, key))
    expect([isNear('older'), isNear('newer')]).toEqual([false, true])
  })

  it('gives the memory back when everything is cleared', async () => {
    for (let key = 0; key < 20; key++) await store(node, `key ${key}`, key)
    expect(node.entries.stats().near.entries).toBe(20)
    await other.entries.mark(scope, [{ type: 'all' }], { soft: false })
    expect(node.entries.stats().near.entries).toBe(0)
    await store(node, 'key', 'value')
    fleet.bus.gap(0)
    expect(node.entries.stats().near.entries).toBe(0)
  })
})

describe('two clocks', () => {
  const start = (nearClock: ManualClock): { node: TieredBackend; clock: ManualClock } => {
    const fleet = simulatedFleet()
    const near = memoryBackend({ clock: nearClock })
    return { node: tieredBackend({ near, far: fleet.shared(0), nearTtl: '60s' }), clock: fleet.clock }
  }
  const isNear = (node: TieredBackend): boolean => !isPromise(node.entries.get(scope, 'key'))

  it('judge lives by the far one, wherever the near one stands', async () => {
    for (const startAt of [0, Date.UTC(2040, 0, 1)]) {
      const { node, clock } = start(manualClock(startAt))
      await store(node, 'key', 'value')
      expect(isNear(node)).toBe(true)
      clock.advance(10_000)
      expect(isNear(node)).toBe(false)
    }
  })

  it('end copies by the near one as well: a far clock that was set back prolongs nothing', async () => {
    const nearClock = manualClock()
    const { node } = start(nearClock)
    await store(node, 'key', 'value')
    nearClock.advance(10_000)
    expect(isNear(node)).toBe(false)
  })
})
