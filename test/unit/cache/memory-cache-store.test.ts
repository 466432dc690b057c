import { manualClock, type ManualClock } from '@forebay/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryCacheStore } from '../../../packages/core/src/cache/memory-cache-store.ts'
import type { CacheEntry } from '../../../packages/core/src/ports/cache-store.ts'

let clock: ManualClock
let store: MemoryCacheStore

beforeEach(() => {
  clock = manualClock()
  store = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 1_000 })
})

function entry(changes: Partial<CacheEntry> = {}): CacheEntry {
  return {
    value: 'v',
    bytes: 100,
    stamp: store.stamp('s'),
    storedAt: clock.now(),
    staleAt: clock.now() + 1_000,
    deleteAt: clock.now() + 2_000,
    labels: ['tag:a'],
    path: '/products/42',
    ...changes,
  }
}

describe('an entry', () => {
  it('is found until deleteAt', () => {
    const one = entry()
    expect(store.set('s', 'k', one)).toBe(true)
    clock.advance(1_999)
    expect(store.get('s', 'k')).toEqual({ entry: one, softened: false })
    clock.advance(1)
    expect(store.get('s', 'k')).toBeUndefined()
    expect(store.stats().entries).toBe(0)
  })

  it('is refused when it is past deleteAt already, or has no end', () => {
    expect(store.set('s', 'k', entry({ deleteAt: clock.now() }))).toBe(false)
    expect(store.set('s', 'k', entry({ deleteAt: Number.NaN }))).toBe(false)
  })

  it('is not overwritten by an older one', () => {
    const older = entry()
    const newer = entry()
    expect(store.set('s', 'k', newer)).toBe(true)
    expect(store.set('s', 'k', older)).toBe(false)
    expect(store.get('s', 'k')?.entry).toBe(newer)
  })

  it('is refused, not half stored, when it is too large, and leaves what was there', () => {
    const small = entry()
    store.set('s', 'k', small)
    expect(store.set('s', 'k', entry({ bytes: 1_000_001 }))).toBe(false)
    expect(store.get('s', 'k')?.entry).toBe(small)
  })

  it('is deleted once', () => {
    store.set('s', 'k', entry())
    expect(store.delete('s', 'k')).toBe(true)
    expect(store.delete('s', 'k')).toBe(false)
    expect(store.delete('never seen', 'k')).toBe(false)
  })
})

describe('bounds', () => {
  it('evicts the least recently used beyond maxEntries', () => {
    const few = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 2 })
    few.set('s', 'a', entry())
    few.set('s', 'b', entry())
    few.get('s', 'a')
    few.set('s', 'c', entry())
    expect(
      [few.get('s', 'a'), few.get('s', 'b'), few.get('s', 'c')].map((found) => found !== undefined),
    ).toEqual([true, false, true])
    expect(few.stats()).toMatchObject({ entries: 2, evictions: 1 })
  })

  it('stays within maxBytes, keys and bookkeeping included', () => {
    for (let index = 0; index < 5_000; index++) store.set('s', `key ${index}`, entry({ bytes: 300 }))
    expect(store.stats().bytes).toBeLessThanOrEqual(1_000_000)
    expect(store.stats().evictions).toBeGreaterThan(0)
  })
})

describe('scopes', () => {
  it('never touch each other, whatever their names and keys spell', () => {
    store.set('a', 'b:c', entry({ stamp: store.stamp('a') }))
    expect(store.get('a:b', 'c')).toBeUndefined()
    store.set('a:b', 'c', entry({ stamp: store.stamp('a:b') }))
    store.mark('a:b', [{ type: 'all' }], { soft: false })
    expect(store.get('a:b', 'c')).toBeUndefined()
    expect(store.get('a', 'b:c')).toBeDefined()
  })

  it('keep keys of Object.prototype apart', () => {
    expect(store.get('__proto__', 'constructor')).toBeUndefined()
    store.set('__proto__', 'constructor', entry({ stamp: store.stamp('__proto__') }))
    expect(store.get('__proto__', 'constructor')).toBeDefined()
    expect(store.get('s', 'constructor')).toBeUndefined()
  })
})
