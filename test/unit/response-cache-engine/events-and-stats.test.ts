/** What a cache tells those who listen and count. */
import diagnostics from 'node:diagnostics_channel'
import type { CacheEvents } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeReply } from './fake-app.ts'
import { heldApp, settled } from './held-app.ts'

const names = ['hit', 'miss', 'stale', 'stored', 'refused', 'invalidated'] as const

function listening(app: FakeApp): (readonly [string, object])[] {
  const told: (readonly [string, object])[] = []
  for (const name of names) app.cache.on(name, (event: CacheEvents[typeof name]) => told.push([name, event]))
  return told
}

const page = (reply: FakeReply = {}): FakeApp =>
  fakeApp(() => ({ body: 'page', ...reply }), { ttl: '1m', name: 'pages', staleWhileRevalidate: '1m' })

describe('events', () => {
  it('tell of misses, hits, stale answers and what was stored', async () => {
    const app = page()
    const told = listening(app)
    const ask = () => app.send({ url: '/a/1', route: '/a/:id' })
    await ask()
    await ask()
    app.clock.advance(61_000)
    await ask()
    await settled()
    expect(told.map(([name]) => name)).toEqual(['miss', 'stored', 'hit', 'stale', 'stored'])
    const keys = new Set(told.map(([, event]) => (event as { readonly key: string }).key))
    expect(keys.size).toBe(1)
    for (const [, event] of told) expect(event).toMatchObject({ name: 'pages', route: 'GET /a/:id' })
    expect(told[1]?.[1]).toMatchObject({ status: 200, ttlMs: 60_000 })
  })

  it('tell why a response was refused', async () => {
    const app = page({ status: 403, fields: { 'cache-control': 'private' } })
    const told = listening(app)
    await app.get()
    expect(told.at(-1)).toEqual([
      'refused',
      { name: 'pages', key: expect.any(String), route: 'GET /', status: 403, reason: 'status' },
    ])
  })

  it('end when nobody listens any more', async () => {
    const app = page()
    const told: unknown[] = []
    const listener = (event: unknown): unknown => told.push(event)
    const undo = app.cache.on('miss', listener)
    app.cache.on('hit', listener)
    undo()
    app.cache.off('hit', listener)
    await app.get()
    await app.get()
    expect(told).toEqual([])
  })

  it('go to diagnostics channels, too', async () => {
    const told: unknown[] = []
    const listener = (message: unknown): unknown => told.push(message)
    diagnostics.subscribe('forebay:miss', listener)
    await page().get('/seen')
    diagnostics.unsubscribe('forebay:miss', listener)
    expect(told).toEqual([expect.objectContaining({ name: 'pages', route: 'GET /' })])
  })

  it('never hold what only a key may hold: the route is a pattern', async () => {
    const app = page()
    const told = listening(app)
    await app.send({ url: '/users/alice?token=secret' })
    for (const [, event] of told) expect((event as { route: string }).route).toBe('GET /')
  })
})

describe('statistics', () => {
  it('count what became of requests and responses', async () => {
    const app = page()
    expect(app.cache.stats()).toMatchObject({ hits: 0, misses: 0, entries: 0, hitRatio: 0 })
    await app.get('/a')
    for (let time = 0; time < 3; time++) await app.get('/a')
    app.handler = () => ({ fields: { 'cache-control': 'no-store' } })
    await app.get('/b')
    expect(app.cache.stats()).toMatchObject({
      hits: 3,
      misses: 2,
      stale: 0,
      stored: 1,
      refused: 1,
      collapsed: 0,
      refreshes: 0,
      entries: 1,
      evictions: 0,
      hitRatio: 0.6,
    })
    expect(app.cache.stats().bytes).toBeGreaterThan(0)
  })

  it('count each request once, whatever it waited for', async () => {
    const { app, answer } = heldApp()
    const answers = [app.get(), app.get(), app.get()]
    await settled()
    await answer({ fields: { 'cache-control': 'private' } })
    await answer()
    await answer()
    await Promise.all(answers)
    expect(app.cache.stats()).toMatchObject({ hits: 0, misses: 3, collapsed: 0 })
  })

  it('do not count what passes by', async () => {
    const app = fakeApp(() => ({ body: 'page' }), { ttl: '1m', skip: () => true })
    await app.get()
    await app.send({ method: 'POST' })
    expect(app.cache.stats()).toMatchObject({ hits: 0, misses: 0, stored: 0, refused: 0 })
  })
})
