/** What `explain` is asked with, and the codes that only time, other mounts or misfortune bring about. */
import { createResponseCache, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

const silent = { warn: () => undefined, error: () => undefined }
const host = { host: 'shop.test' }

const page = (reply: FakeReply = {}, options: FakeOptions = {}): FakeApp =>
  fakeApp(() => ({ body: 'page', ...reply }), { ttl: '1m', logger: silent, ...options })

const last = async (app: FakeApp, url = '/'): Promise<unknown> =>
  (await app.cache.explain({ url, headers: host })).lastResponse?.code

describe('the last response', () => {
  it('was invalidated while it was made', async () => {
    const app = page()
    app.handler = async () => {
      await app.cache.clear()
      return { body: 'page' }
    }
    await app.get()
    expect(await last(app)).toBe('invalidated')
  })

  it('was one variant too many', async () => {
    const app = page({ fields: { vary: 'x-any' } })
    for (let index = 0; index < 33; index++) await app.get('/', { 'x-any': String(index) })
    expect(await last(app)).toBe('too-many-variants')
  })

  it('was not taken by the backend', async () => {
    const backend = memoryBackend()
    const set = (): never => {
      throw new Error('full')
    }
    const entries = Object.assign(Object.create(backend.entries) as typeof backend.entries, {
      get: () => undefined,
      stamp: () => 1,
      set,
    })
    const app = page({}, { backend: { ...backend, entries } })
    await app.get()
    expect(await last(app)).toBe('backend')
  })

  it('met an option that failed', async () => {
    const app = page({}, { ttl: () => -1 })
    await app.get()
    expect(await last(app)).toBe('option-failed')
  })

  it('was the framework’s own page', async () => {
    const app = page({ status: 404 })
    await app.send({ unanswered: true })
    expect(await last(app)).toBe('no-handler')
  })

  it('is forgotten before the others when there are too many', async () => {
    const app = page()
    for (let index = 0; index < 2_050; index++) await app.get(`/${index}`)
    expect(await last(app, '/0')).toBeUndefined()
    expect(await last(app, '/2049')).toBe('stored')
  })
})

describe('a request', () => {
  it('would need a validation', async () => {
    const stale = page({ fields: { etag: '"1"' } })
    await stale.get()
    stale.clock.advance(60_000)
    expect(await stale.cache.explain({ url: '/' })).toMatchObject({ code: 'stale', served: false })
    const always = page({ fields: { etag: '"1"', 'cache-control': 'no-cache' } })
    await always.get()
    expect(await always.cache.explain({ url: '/' })).toMatchObject({ code: 'no-cache', served: false })
  })

  it('is meant where the app was asked lately, when only its path is given', async () => {
    const app = page()
    await app.send({ url: '/a', host: 'shop.test' })
    await app.send({ url: '/b', host: 'other.test:8080' })
    for (const url of ['/a', '/b', '/a#part']) {
      expect(await app.cache.explain({ url })).toMatchObject({ code: 'fresh', served: true })
    }
    expect(await app.cache.explain({ url: '/c' })).toMatchObject({ code: 'miss', lastResponse: undefined })
    expect(await app.cache.explain({ url: '/a', headers: { Host: 'other.test:8080' } })).toMatchObject({
      code: 'miss',
    })
  })

  it('is read as each mount reads it, and the one that knows most answers', async () => {
    const clock = manualClock()
    const cache = createResponseCache({ backend: memoryBackend({ clock }), ttl: '1m', logger: silent })
    const handler = () => ({ body: 'page' })
    const byKey = fakeApp(handler, { cache, key: () => 'k' }, clock)
    const byPath = fakeApp(handler, { cache, key: { query: false } }, clock)
    expect((await cache.explain({ url: '/a' })).code).toBe('miss')
    await byKey.get('/a')
    expect((await cache.explain({ url: '/a?x=1' })).code).toBe('miss')
    await byPath.get('/a')
    expect((await cache.explain({ url: '/a?x=1' })).code).toBe('fresh')
  })

  it('of a partition is known to the app alone', async () => {
    const app = page({}, { partition: () => 'alice' })
    await app.get()
    expect(await app.cache.explain({ url: '/' })).toMatchObject({ code: 'unknown-key', served: false })
  })

  it.each<[unknown, RegExp]>([
    [undefined, /explain: received undefined/],
    ['/a', /explain: received "\/a"/],
    [{}, /explain: url: received undefined/],
    [{ url: 'products/42' }, /explain: url: received "products\/42"/],
    [{ url: 'ftp://shop.test/' }, /explain: url:/],
    [{ url: '/', method: 7 }, /explain: method: received 7/],
    [{ url: '/', method: 'GET /' }, /explain: method: received "GET \/"/],
    [{ url: '/', headers: 'host: a' }, /explain: headers: received "host: a"/],
    [{ url: '/', headers: { host: 7 } }, /explain: headers: host: received 7/],
  ])('is none: %j', async (asked, message) => {
    await expect(page().cache.explain(asked as never)).rejects.toThrow(
      expect.objectContaining({ code: 'FOREBAY_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    )
  })
})
