/** Those who wait for a response that could be shared, but was not kept. */
import { memoryBackend, type Backend, type CacheStore } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeOptions, type FakeResponse } from './fake-app.ts'
import { heldApp, settled } from './held-app.ts'

const silent = { warn: () => undefined, error: () => undefined }

function failingBackend(failures: Partial<CacheStore>): Backend {
  const backend = memoryBackend()
  const { entries } = backend
  const whole: CacheStore = {
    get: (scope, key) => entries.get(scope, key),
    getMany: (scope, keys) => entries.getMany(scope, keys),
    touch: (scope, key, times) => entries.touch(scope, key, times),
    set: (scope, key, entry) => entries.set(scope, key, entry),
    delete: (scope, key) => entries.delete(scope, key),
    stamp: (scope) => entries.stamp(scope),
    mark: (scope, marks, options) => entries.mark(scope, marks, options),
    stats: () => entries.stats(),
  }
  return { ...backend, entries: { ...whole, ...failures } }
}

const many = (ask: () => Promise<FakeResponse>): Promise<FakeResponse>[] => Array.from({ length: 20 }, ask)
const bodies = async (answers: Promise<FakeResponse>[]): Promise<Set<string>> =>
  new Set((await Promise.all(answers)).map(({ body }) => body))

describe('a response that was not kept', () => {
  it.each<[string, Partial<CacheStore>]>([
    [
      'throws',
      {
        set: () => {
          throw new Error('full')
        },
      },
    ],
    ['rejects', { set: () => Promise.reject(new Error('down')) }],
    ['gives no stamp', { stamp: () => Promise.reject(new Error('down')) }],
  ])('because the store %s is given to all who waited for it', async (_how, failures) => {
    const { app, answer } = heldApp({ backend: failingBackend(failures), logger: silent })
    const answers = many(() => app.get())
    await settled()
    await answer()
    expect(await bodies(answers)).toEqual(new Set(['shared']))
    expect(app.runs).toBe(1)
  })

  it('because the store gives no stamp is not called stored', async () => {
    const backend = failingBackend({ stamp: () => Promise.reject(new Error('down')) })
    const { app, answer } = heldApp({ backend, logger: silent })
    const asked = app.get()
    await settled()
    await answer()
    expect((await asked).fields['cache-status']).toBe('forebay; fwd=uri-miss; detail=backend')
  })

  it('because of too many variants is given to all who waited for the same one', async () => {
    const { app, answer } = heldApp()
    const vary = { fields: { vary: 'x-any' } }
    for (let variant = 0; variant < 32; variant++) {
      const one = app.get('/', { 'x-any': String(variant) })
      await settled()
      await answer(vary)
      await one
    }
    const answers = many(() => app.get('/', { 'x-any': 'one more' }))
    await settled()
    await answer({ ...vary, body: 'too many' })
    expect(await bodies(answers)).toEqual(new Set(['too many']))
    expect(app.runs).toBe(33)
  })

  it('because it was invalidated is given to nobody who waited: one of them runs the handler anew', async () => {
    const { app, answer, running } = heldApp()
    const [leader, ...others] = many(() => app.get())
    await settled()
    await app.cache.clear()
    await answer({ body: 'old' })
    expect((await leader)?.body).toBe('old')
    expect(running()).toBe(1)
    await answer({ body: 'new' })
    expect(await bodies(others)).toEqual(new Set(['new']))
    expect(app.runs).toBe(2)
  })

  it('again and again keeps nobody waiting for ever', async () => {
    const { app, answer, running } = heldApp()
    const answers = many(() => app.get())
    for (let round = 0; round < 2; round++) {
      await settled()
      expect(running()).toBe(1)
      await app.cache.clear()
      await answer({ body: 'old' })
    }
    expect(running()).toBe(18)
    for (let run = 0; run < 18; run++) await answer()
    await Promise.all(answers)
  })

  it.each<[string, Partial<CacheStore>]>([
    ['get', { get: () => new Promise(() => undefined), stamp: () => new Promise(() => undefined) }],
    ['stamp', { stamp: () => new Promise(() => undefined) }],
  ])('is waited for no longer than once per request where %s hangs', async (_what, failures) => {
    const clock = manualClock()
    const backend = { ...failingBackend(failures), clock }
    const options: FakeOptions = { ttl: '1m', timeout: 100, backend, logger: silent }
    const app = fakeApp(() => ({ body: 'page' }), options, clock)
    const answer = app.get()
    await settled()
    clock.advance(100)
    expect((await answer).body).toBe('page')
  })
})
