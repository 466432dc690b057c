/** What makes two requests the same, and what keeps them apart. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralRoute } from '../adapter-harness.ts'
import { cachedApp, counted, startApp, text, type TestApp } from './test-app.ts'
import type { WireRequest } from './wire.ts'

export function cacheKeys(harness: AdapterHarness): void {
  /** Echoes what the handler saw and on which run. */
  const echoing = (options: object = {}, reply: object = {}): Promise<TestApp> =>
    startApp(harness, (given) => {
      let run = 0
      const handle = (request: { url: string; headers: Record<string, unknown> }) => ({
        ...text(`${++run} ${request.url} ${String(request.headers['accept-language'])}`),
        ...reply,
      })
      const paths = ['/products/:id', '/search']
      const routes: NeutralRoute[] = paths.map((path) => ({ method: 'GET', path, handle }))
      return { responseCache: { ...given, ttl: '5m', jitter: 0, ...options }, routes }
    })
  const hit = async (app: TestApp, path: string, wanted?: WireRequest): Promise<boolean> =>
    String((await app.ask(path, wanted)).fields['cache-status']).startsWith('forebay; hit')
  const hits = async (app: TestApp, ...paths: readonly string[]): Promise<boolean[]> => {
    const seen: boolean[] = []
    for (const path of paths) seen.push(await hit(app, path))
    return seen
  }

  describe('the key', () => {
    it('keeps paths apart, byte for byte', async () => {
      const app = await echoing()
      const paths = [
        '/products/a',
        '/products/A',
        '/products/%61',
        '/products/b',
        '/products/a;x',
        '/products/a%2Fb',
      ]
      expect(await hits(app, ...paths)).toEqual(paths.map(() => false))
      expect(await hits(app, ...paths)).toEqual(paths.map(() => true))
    })

    it('keeps hosts apart', async () => {
      const app = await echoing()
      const at = (host: string): WireRequest => ({ fields: { host } })
      expect(await hit(app, '/search', at('a.example'))).toBe(false)
      expect(await hit(app, '/search', at('b.example'))).toBe(false)
      expect(await hit(app, '/search', at('a.example'))).toBe(true)
    })

    it('keeps queries apart, whatever the order of their parameters', async () => {
      const app = await echoing()
      const paths = [
        '/search',
        '/search?x=1',
        '/search?x=2',
        '/search?x=1&y=2',
        '/search?x=1&x=2',
        '/search?x=12',
      ]
      expect(await hits(app, ...paths)).toEqual(paths.map(() => false))
      expect(await hits(app, '/search?y=2&x=1')).toEqual([true])
    })

    it('leaves the query out where it is told to', async () => {
      const app = await echoing({ key: { query: false } })
      expect(await hits(app, '/search?x=1', '/search?x=2')).toEqual([false, true])
    })

    it('counts only the parameters that are named', async () => {
      const app = await echoing({ key: { query: ['q'] } })
      expect(await hits(app, '/search?q=1&utm=a', '/search?q=1&utm=b', '/search?q=2')).toEqual([
        false,
        true,
        false,
      ])
    })

    it('ignores the parameters that are named', async () => {
      const app = await echoing({ key: { query: { ignore: ['utm'] } } })
      expect(await hits(app, '/search?q=1&utm=a', '/search?utm=b&q=1', '/search?q=2')).toEqual([
        false,
        true,
        false,
      ])
    })

    it('counts the fields and cookies that are named', async () => {
      const app = await echoing({ key: { headers: ['X-Tenant'], cookies: ['theme'] } })
      const tenant = (name: string): WireRequest => ({ fields: { 'x-tenant': name } })
      const theme = (name: string): WireRequest => ({ fields: { cookie: `theme=${name}` } })
      for (const wanted of [tenant('a'), tenant('b'), theme('dark'), theme('light')]) {
        expect(await hit(app, '/search', wanted)).toBe(false)
        expect(await hit(app, '/search', wanted)).toBe(true)
      }
    })

    it('is what the function says', async () => {
      const app = await echoing({ key: harness.lift((request) => request.url.slice(0, 9)) })
      expect(await hits(app, '/search?a', '/search?b', '/search?a', '/search?a=2')).toEqual([
        false,
        false,
        true,
        true,
      ])
    })
  })

  describe('Vary', () => {
    const speaking = (language: string): WireRequest => ({ fields: { 'accept-language': language } })

    it('keeps a variant for each value', async () => {
      const app = await echoing({}, { fields: [['vary', 'Accept-Language']] })
      const status = async (language: string) =>
        (await app.ask('/search', speaking(language))).fields['cache-status']
      expect(await status('fr')).toBe('forebay; fwd=uri-miss; stored')
      expect(await status('de')).toBe('forebay; fwd=vary-miss; stored')
      expect(await status('fr')).toBe('forebay; hit; ttl=300')
      expect(await status('de')).toBe('forebay; hit; ttl=300')
      expect((await app.ask('/search', speaking('fr'))).text).toBe('1 /search fr')
      expect((await app.ask('/search', speaking('de'))).text).toBe('2 /search de')
    })

    it('tells a missing field from an empty one', async () => {
      const app = await echoing({}, { fields: [['vary', 'X-Flag']] })
      expect(await hit(app, '/search')).toBe(false)
      expect(await hit(app, '/search', { fields: { 'x-flag': 'on' } })).toBe(false)
      expect(await hit(app, '/search')).toBe(true)
    })
  })

  describe('authorized requests', () => {
    const authorized: WireRequest = { fields: { authorization: 'Bearer secret' } }

    it('neither fill nor read the cache', async () => {
      const app = await echoing()
      expect(await hit(app, '/search', authorized)).toBe(false)
      expect(await hit(app, '/search')).toBe(false)
      expect(await hit(app, '/search', authorized)).toBe(false)
    })

    it.each(['public', 's-maxage=60', 'public, max-age=60'])(
      'do when the response says %s',
      async (value) => {
        const app = await echoing({}, { fields: [['cache-control', value]] })
        expect(await hit(app, '/search', authorized)).toBe(false)
        expect(await hit(app, '/search', authorized)).toBe(true)
        expect(await hit(app, '/search')).toBe(true)
      },
    )
  })

  describe('requests with a cookie', () => {
    const ann: WireRequest = { fields: { cookie: 'session=ann' } }
    const bob: WireRequest = { fields: { cookie: 'session=bob' } }

    it('neither fill nor read the cache', async () => {
      const app = await echoing()
      expect(await hit(app, '/search', ann)).toBe(false)
      expect(await hit(app, '/search', bob)).toBe(false)
      expect(await hit(app, '/search')).toBe(false)
      expect(await hit(app, '/search', ann)).toBe(false)
      expect(await hit(app, '/search')).toBe(true)
    })

    it('do when the response says public', async () => {
      const app = await echoing({}, { fields: [['cache-control', 'public, max-age=60']] })
      expect(await hit(app, '/search', ann)).toBe(false)
      expect(await hit(app, '/search', bob)).toBe(true)
    })

    it('do when cookies do not matter', async () => {
      const app = await echoing({ cookies: 'ignore' })
      expect(await hit(app, '/search', ann)).toBe(false)
      expect(await hit(app, '/search', bob)).toBe(true)
    })
  })

  describe('requests that could mislead', () => {
    it.each([
      ['a body', { body: 'x', fields: { 'content-length': '1' } }],
      ['X-HTTP-Method-Override', { fields: { 'x-http-method-override': 'DELETE' } }],
      ['X-Original-URL', { fields: { 'x-original-url': '/admin' } }],
      ['X-Rewrite-URL', { fields: { 'x-rewrite-url': '/admin' } }],
      ['X-Forwarded-Host', { fields: { 'x-forwarded-host': 'evil.example' } }],
    ])('do not fill the cache: %s', async (_name, wanted) => {
      const handle = counted(() => text('a'))
      const app = await cachedApp(harness, handle)
      expect((await app.ask('/a', wanted)).status).toBe(200)
      expect(await hit(app, '/a')).toBe(false)
      expect(handle.runs).toBe(2)
    })
  })
}
