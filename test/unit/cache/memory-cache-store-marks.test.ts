import { manualClock, type ManualClock } from '@forebay/testing'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryCacheStore } from '../../../packages/core/src/cache/memory-cache-store.ts'
import type { CacheEntry, Mark } from '../../../packages/core/src/ports/cache-store.ts'
import { scope, scopeNamed } from '../../../packages/testing/src/cache-store/entries.ts'

let clock: ManualClock
let store: MemoryCacheStore

beforeEach(() => {
  clock = manualClock()
  store = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 1_000 })
})

function entry(labels: readonly string[], path: string, stamp: number = store.stamp(scope)): CacheEntry {
  const now = clock.now()
  return {
    value: 'v',
    bytes: 10,
    stamp,
    storedAt: now,
    staleAt: now + 1_000,
    deleteAt: now + 2_000,
    labels,
    path,
  }
}

describe('a hard mark', () => {
  const marks: [string, Mark][] = [
    ['by label', { type: 'label', label: 'tag:a' }],
    ['by prefix', { type: 'prefix', prefix: '/products/' }],
    ['by the whole path', { type: 'prefix', prefix: '/products/42' }],
    ['by all', { type: 'all' }],
  ]
  it.each(marks)('%s removes what was stored before and spares what is made after', (_words, mark) => {
    store.set(scope, 'k', entry(['tag:a'], '/products/42'))
    store.mark(scope, [mark], { soft: false })
    expect(store.get(scope, 'k')).toBeUndefined()
    expect(store.set(scope, 'k', entry(['tag:a'], '/products/42'))).toBe(true)
    expect(store.get(scope, 'k')).toBeDefined()
  })

  it.each(marks)('%s refuses what was being made when it came', (_words, mark) => {
    const inTheMaking = entry(['tag:a'], '/products/42')
    store.mark(scope, [mark], { soft: false })
    expect(store.set(scope, 'k', inTheMaking)).toBe(false)
  })

  it('spares other labels and paths', () => {
    store.set(scope, 'k', entry(['tag:a'], '/products/42'))
    store.mark(
      scope,
      [
        { type: 'label', label: 'tag:ab' },
        { type: 'label', label: 'a' },
      ],
      { soft: false },
    )
    store.mark(
      scope,
      [
        { type: 'prefix', prefix: '/products/43' },
        { type: 'prefix', prefix: 'products' },
      ],
      {
        soft: false,
      },
    )
    expect(store.get(scope, 'k')).toMatchObject({ softened: false })
  })
})

describe('a soft mark', () => {
  it('leaves the entry, softened, until a newer one replaces it', () => {
    store.set(scope, 'k', entry(['tag:a'], '/'))
    const inTheMaking = entry(['tag:a'], '/')
    store.mark(scope, [{ type: 'label', label: 'tag:a' }], { soft: true })
    expect(store.get(scope, 'k')).toMatchObject({ softened: true })
    expect(store.set(scope, 'k', inTheMaking)).toBe(true)
    expect(store.get(scope, 'k')).toMatchObject({ softened: true })
    store.set(scope, 'k', entry(['tag:a'], '/'))
    expect(store.get(scope, 'k')).toMatchObject({ softened: false })
  })

  it('is outdone by a hard one', () => {
    store.set(scope, 'k', entry(['tag:a'], '/'))
    store.mark(scope, [{ type: 'all' }], { soft: true })
    expect(store.get(scope, 'k')).toMatchObject({ softened: true })
    store.mark(scope, [{ type: 'label', label: 'tag:a' }], { soft: false })
    expect(store.get(scope, 'k')).toBeUndefined()
  })
})

describe('more marks than memory allows', () => {
  it('cost misses, never a stale answer, and touch no other scope', () => {
    store.set(scope, 'marked', entry(['tag:first'], '/'))
    store.set(scopeNamed('other'), 'k', entry([], '/', store.stamp(scopeNamed('other'))))
    store.mark(scope, [{ type: 'label', label: 'tag:first' }], { soft: false })
    const late = entry(['tag:first'], '/', 1)
    for (let index = 0; index < 5_000; index++) {
      store.mark(
        scope,
        [
          { type: 'label', label: `tag:${index}` },
          { type: 'prefix', prefix: `/${index}` },
        ],
        {
          soft: false,
        },
      )
    }
    expect(store.stats().bytes).toBeLessThan(100_000)
    expect(store.set(scope, 'marked', late)).toBe(false)
    expect(store.get(scope, 'marked')).toBeUndefined()
    expect(store.get(scopeNamed('other'), 'k')).toBeDefined()
  })
})

describe('marks as a whole', () => {
  it('agree with a model that remembers everything', () => {
    const label = fc.constantFrom('a', 'b', 'c')
    const path = fc.constantFrom('/', '/a', '/a/b', '/b')
    const step = fc.oneof(
      fc.record({ do: fc.constant('store' as const), label, path }),
      fc.record({ do: fc.constant('label' as const), label, soft: fc.boolean() }),
      fc.record({ do: fc.constant('prefix' as const), path, soft: fc.boolean() }),
      fc.record({ do: fc.constant('all' as const), soft: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        store = new MemoryCacheStore({ clock, maxBytes: 1_000_000, maxEntries: 1_000 })
        const model: { key: string; label: string; path: string; state: string }[] = []
        for (const [index, one] of steps.entries()) {
          if (one.do === 'store') {
            store.set(scope, `${index}`, entry([one.label], one.path))
            model.push({ key: `${index}`, label: one.label, path: one.path, state: 'there' })
            continue
          }
          const mark: Mark =
            one.do === 'label'
              ? { type: 'label', label: one.label }
              : one.do === 'prefix'
                ? { type: 'prefix', prefix: one.path }
                : { type: 'all' }
          store.mark(scope, [mark], { soft: one.soft })
          for (const kept of model) {
            const concerned =
              one.do === 'label'
                ? kept.label === one.label
                : one.do === 'prefix'
                  ? kept.path.startsWith(one.path)
                  : true
            if (concerned && kept.state !== 'gone') kept.state = one.soft ? 'softened' : 'gone'
          }
        }
        for (const kept of model) {
          const found = store.get(scope, kept.key)
          const state = found === undefined ? 'gone' : found.softened ? 'softened' : 'there'
          expect(state).toBe(kept.state)
        }
      }),
      { numRuns: 200 },
    )
  })
})
