import { manualClock, type ManualClock } from '@forebay/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryCacheStore } from '../../../packages/core/src/cache/memory-cache-store.ts'
import type { CacheEntry } from '../../../packages/core/src/ports/cache-store.ts'
import { scope, scopeNamed } from '../../../packages/testing/src/cache-store/entries.ts'

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
    stamp: store.stamp(scope),
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
    expect(store.set(scope, 'k', one)).toBe(true)
    clock.advance(1_999)
    expect(store.get(scope, 'k')).toEqual({ entry: one, softened: false })
    clock.advance(1)
    expect(store.get(scope, 'k')).toBeUndefined()
    expect(store.stats().entries).toBe(0)
  })

  it('is refused when it is past deleteAt already, or has no end', () => {
    expect(store.set(scope, 'k', entry({ deleteAt: clock.now() }))).toBe(false)
    expect(store.set(scope, 'k', entry({ deleteAt: Number.NaN }))).toBe(false)
  })

  it('is not overwritten by an older one', () => {
    const older = entry()
    const newer = entry()
    expect(store.set(scope, 'k', newer)).toBe(true)
    expect(store.set(scope, 'k', older)).toBe(false)
    expect(store.get(scope, 'k')?.entry).toBe(newer)
  })

  it('is refused, not half stored, when it is too large, and leaves what was there', () => {
    const small = entry()
    store.set(scope, 'k', small)
    expect(store.set(scope, 'k', entry({ bytes: 1_000_001 }))).toBe(false)
    expect(store.get(scope, 'k')?.entry).toBe(small)
  })

  it('is deleted once', () => {
    store.set(scope, 'k', entry())
    expect(store.delete(scope, 'k')).toBe(true)
    expect(store.delete(scope, 'k')).toBe(false)
    expect(store.delete(scopeNamed('never seen'), 'k')).toBe(false)
  })
})

describe('bounds', () => {
  it('evicts the least recently used beyond maxEntries', () => {
    const few = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 2 })
    few.set(scope, 'a', entry())
    few.set(scope, 'b', entry())
    few.get(scope, 'a')
    few.set(scope, 'c', entry())
    expect(
      [few.get(scope, 'a'), few.get(scope, 'b'), few.get(scope, 'c')].map((found) => found !== undefined),
    ).toEqual([true, false, true])
    expect(few.stats()).toMatchObject({ entries: 2, evictions: 1 })
  })

  it('never evicts what has just been set, however much the others are used', () => {
    const few = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 5 })
    for (let round = 0; round < 50; round++) {
      few.set(scope, `k${round}`, entry())
      for (let back = 0; back < 5; back++) few.get(scope, `k${round - back}`)
      expect(few.get(scope, `k${round}`)).toBeDefined()
      expect(few.stats().entries).toBe(Math.min(5, round + 1))
    }
  })

  it('keeps what is used again and again, whatever passes by', () => {
    const some = new MemoryCacheStore({ clock, maxBytes: 10_000_000, maxEntries: 3_000 })
    for (let hot = 0; hot < 100; hot++) some.set(scope, `hot ${hot}`, entry())
    for (let passing = 0; passing < 30_000; passing++) {
      some.set(scope, `passing ${passing}`, entry())
      some.get(scope, `passing ${passing}`)
      expect(some.get(scope, `hot ${passing % 100}`)).toBeDefined()
    }
  })

  it('stays within maxBytes, keys and bookkeeping included', () => {
    for (let index = 0; index < 5_000; index++) store.set(scope, `key ${index}`, entry({ bytes: 300 }))
    expect(store.stats().bytes).toBeLessThanOrEqual(1_000_000)
    expect(store.stats().evictions).toBeGreaterThan(0)
  })
})

describe('scopes', () => {
  it('never touch each other, whatever their names and keys spell', () => {
    store.set(scopeNamed('a'), 'b:c', entry({ stamp: store.stamp(scopeNamed('a')) }))
    expect(store.get(scopeNamed('a:b'), 'c')).toBeUndefined()
    store.set(scopeNamed('a:b'), 'c', entry({ stamp: store.stamp(scopeNamed('a:b')) }))
    store.mark(scopeNamed('a:b'), [{ type: 'all' }], { soft: false })
    expect(store.get(scopeNamed('a:b'), 'c')).toBeUndefined()
    expect(store.get(scopeNamed('a'), 'b:c')).toBeDefined()
  })

  it('keep keys of Object.prototype apart', () => {
    expect(store.get(scopeNamed('__proto__'), 'constructor')).toBeUndefined()
    store.set(scopeNamed('__proto__'), 'constructor', entry({ stamp: store.stamp(scopeNamed('__proto__')) }))
    expect(store.get(scopeNamed('__proto__'), 'constructor')).toBeDefined()
    expect(store.get(scope, 'constructor')).toBeUndefined()
  })
})
