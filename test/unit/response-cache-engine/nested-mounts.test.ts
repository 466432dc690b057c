/** Two mounts of one cache on the way of one request: the app's, and a route's own. */
import { createResponseCache, memoryBackend } from '@forebay/core'
import { manualClock } from '@forebay/testing'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeHandler, type FakeOptions } from './fake-app.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The outer app's handler is the inner app, which shares its cache. */
function nested(
  outer: FakeOptions,
  inner: FakeOptions,
  handler: FakeHandler,
): { outer: FakeApp; inner: FakeApp } {
  const clock = manualClock()
  const cache = createResponseCache({ backend: memoryBackend({ clock }), jitter: 0, earlyRefresh: 0 })
  const inside = fakeApp(handler, { cache, ...inner }, clock)
  const outside = fakeApp(
    async ({ url }, exchange) => await inside.send({ url, within: exchange, outside: exchange.fields }),
    { cache, ...outer },
    clock,
  )
  return { outer: outside, inner: inside }
}

const page = (): FakeHandler => {
  let run = 0
  return async () => {
    await settled()
    return { body: `run ${++run}` }
  }
}

const validated = (): FakeHandler => {
  let run = 0
  return ({ headers }) =>
    headers['if-none-match'] === '"1"' ? { status: 304 } : { body: `run ${++run}`, fields: { etag: '"1"' } }
}

describe('a mount inside another of the same cache', () => {
  it('does not wait for its own request', async () => {
    const { outer, inner } = nested({ ttl: '1m' }, { ttl: '1m' }, page())
    expect((await outer.get()).body).toBe('run 1')
    expect((await outer.get()).fields['cache-status']).toBe('forebay; hit; ttl=60')
    expect(inner.runs).toBe(1)
    expect(outer.cache.stats()).toMatchObject({ stored: 1, refused: 0 })
  })

  it('stores by its own options', async () => {
    const { outer, inner } = nested({}, { ttl: '5m' }, page())
    await outer.get()
    expect((await outer.get()).fields['cache-status']).toBe('forebay; hit; ttl=300')
    expect(inner.runs).toBe(1)
  })

  it('shares its run with all who wait outside', async () => {
    const { outer, inner } = nested({ ttl: '1m' }, { ttl: '5m' }, page())
    const answers = await Promise.all(Array.from({ length: 20 }, () => outer.get()))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['run 1']))
    expect(inner.runs).toBe(1)
  })

  it.each<[string, FakeOptions, FakeHandler]>([
    ['the mount outside', {}, page()],
    ['the mount outside, by a validation', {}, validated()],
    ['this mount, under a key of its own', { key: { headers: ['x-outer'] } }, page()],
  ])('stores by its own options what %s refreshes in the background', async (_which, options, handler) => {
    const { outer, inner } = nested(options, { ttl: '1m', staleWhileRevalidate: '1h' }, handler)
    await outer.get()
    for (let time = 0; time < 3; time++) {
      outer.clock.advance(61_000)
      const stale = await outer.get()
      expect(stale).toMatchObject({ status: 200, body: expect.stringMatching(/^run \d$/) })
      expect(stale.fields['cache-status']).toContain('detail=stale-while-revalidate')
      for (let turn = 0; turn < 5; turn++) await settled()
      expect((await outer.get()).fields['cache-status']).toContain('hit; ttl=60')
    }
    expect(inner.runs).toBe(4)
  })

  it('gives the client what it asked for, once', async () => {
    const { outer, inner } = nested({ ttl: '1m' }, { ttl: '1m' }, validated())
    const range = await outer.send({ headers: { range: 'bytes=0-2' } })
    expect(range).toMatchObject({ status: 200, body: 'run 1' })
    expect(range.fields['cache-status']).toBe('forebay; fwd=uri-miss; stored')
    outer.clock.advance(61_000)
    expect(await outer.get('/', { range: 'bytes=0-2' })).toMatchObject({ status: 206, body: 'run' })
    outer.clock.advance(61_000)
    expect((await outer.get('/', { 'if-none-match': '"1"' })).status).toBe(304)
    outer.clock.advance(61_000)
    expect(await outer.get('/', { 'if-none-match': '"0"' })).toMatchObject({ status: 200, body: 'run 1' })
    expect(inner.seen.at(-1)?.headers).toMatchObject({ 'if-none-match': '"1"' })
  })

  it('leaves nobody waiting when the handler fails', async () => {
    let run = 0
    const { outer } = nested({ ttl: '1m' }, { ttl: '1m' }, async () => {
      await settled()
      if (++run === 1) throw new Error('a bug')
      return { body: `run ${run}` }
    })
    const [first, ...others] = [outer.get(), outer.get(), outer.get()]
    await expect(first).rejects.toThrow('a bug')
    expect((await Promise.all(others)).map(({ body }) => body)).toEqual(['run 2', 'run 2'])
  })
})

it('asks the handler for the whole response when what the outer mount wants validated is gone', async () => {
  const clock = manualClock()
  const cache = createResponseCache({ backend: memoryBackend({ clock }), jitter: 0, earlyRefresh: 0 })
  const inside = fakeApp(validated(), { cache, ttl: '1m' }, clock)
  const outside = fakeApp(
    async ({ url }, exchange) => {
      await cache.clear()
      return await inside.send({ url, within: exchange, outside: exchange.fields })
    },
    { cache, ttl: '1m', staleIfError: '1h' },
    clock,
  )
  await inside.get()
  clock.advance(60_000)
  expect(await outside.get()).toMatchObject({ status: 200, body: 'run 2' })
})
