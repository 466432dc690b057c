/** Invalidation: by tag, route, URL, prefix, altogether, and by unsafe methods. */
import { describe, expect, it } from 'vitest'
import { createResponseCache, type FieldLine, type ResponseCache } from '@forebay/core'
import type { AdapterHarness, NeutralReply } from '../adapter-harness.ts'
import { counted, gate, startApp, text, type Given, type TestApp } from './test-app.ts'

interface CachedApp extends TestApp {
  readonly cache: ResponseCache
}

export function cacheInvalidation(harness: AdapterHarness): void {
  /** Products and a list, cached by mounts on each route that share their entries with `cache`. */
  async function shop(options: object = {}, productFields: readonly FieldLine[] = []): Promise<CachedApp> {
    let cache: ResponseCache | undefined
    let run = 0
    const reply = (): NeutralReply => ({
      fields: productFields,
      body: { kind: 'text', text: `run ${++run}` },
    })
    const app = await startApp(harness, (given: Given) => {
      cache = createResponseCache({ ...given })
      const cached = { ...given, ttl: '5m', jitter: 0 }
      const tags = harness.lift((request) => [`product:${request.params['id']}`])
      return {
        routes: [
          {
            method: 'GET',
            path: '/products/:id',
            responseCache: { ...cached, tags, ...options },
            handle: reply,
          },
          {
            method: 'GET',
            path: '/list',
            responseCache: { ...cached, tags: ['list'] },
            handle: () => ({ ...reply(), fields: [] }),
          },
        ],
      }
    })
    return Object.assign(app, { cache: cache as ResponseCache })
  }
  const paths = ['/products/1', '/products/2', '/products/2?full=1', '/list']
  /** Which of the paths are answered from the cache now. */
  const stored = async (app: TestApp): Promise<string[]> => {
    const hits: string[] = []
    for (const path of paths) {
      const { fields } = await app.ask(path)
      if (String(fields['cache-status']).includes('; hit')) hits.push(path)
    }
    return hits
  }
  const without = (...gone: readonly string[]): string[] => paths.filter((path) => !gone.includes(path))

  const cases: readonly (readonly [string, (cache: ResponseCache) => Promise<void>, readonly string[]])[] = [
    ['a tag', (cache) => cache.invalidateTags('product:2'), ['/products/2', '/products/2?full=1']],
    ['several tags', (cache) => cache.invalidateTags('product:1', 'list'), ['/products/1', '/list']],
    ['a tag that nobody has', (cache) => cache.invalidateTags('product'), []],
    ['a route', (cache) => cache.invalidateRoute('GET /products/:id'), paths.slice(0, 3)],
    ['a URL', (cache) => cache.invalidateUrl('/products/1'), ['/products/1']],
    ['a URL with its query', (cache) => cache.invalidateUrl('/products/2?full=1'), ['/products/2?full=1']],
    ['a prefix', (cache) => cache.invalidatePrefix('/products/'), paths.slice(0, 3)],
    ['everything', (cache) => cache.clear(), paths],
  ]

  describe('invalidation', () => {
    it.each(cases)('takes away what it names, and nothing else: %s', async (_name, invalidate, gone) => {
      const app = await shop()
      await stored(app)
      expect(await stored(app)).toEqual(paths)
      await invalidate(app.cache)
      expect(await stored(app)).toEqual(without(...gone))
      expect(await stored(app)).toEqual(paths)
    })

    it('knows the route also where the cache is mounted on the whole app', async () => {
      let cache: ResponseCache | undefined
      const handle = counted((_, run) => ({ body: { kind: 'text', text: `run ${run}` } }))
      const app = await startApp(harness, (given: Given) => {
        cache = createResponseCache({ ...given })
        return {
          responseCache: { ...given, ttl: '5m' },
          routes: [
            { method: 'GET', path: '/products/:id', handle },
            { method: 'GET', path: '/list', handle },
          ],
        }
      })
      for (const path of ['/products/1', '/list']) await app.ask(path)
      await cache?.invalidateRoute('GET /products/:id')
      expect((await app.ask('/list')).text).toBe('run 2')
      expect((await app.ask('/products/1')).text).toBe('run 3')
    })

    it.each([
      ['Cache-Tag', 'red, blue'],
      ['Surrogate-Key', 'red blue'],
    ])('hears the tags that the response names in %s', async (name, value) => {
      const app = await shop({ tags: ['option'] }, [[name.toLowerCase(), value]])
      for (const tag of ['red', 'blue', 'option']) {
        await stored(app)
        await app.cache.invalidateTags(tag)
        expect(await stored(app)).toEqual(['/list'])
      }
    })

    it('wins over a handler that is running', async () => {
      const running = gate()
      const begun = gate()
      const handle = counted(async (_, run) => {
        begun.open()
        await running.opened
        return text(`run ${run}`)
      })
      let cache: ResponseCache | undefined
      const app = await startApp(harness, (given) => {
        cache = createResponseCache({ ...given })
        return {
          responseCache: { ...given, ttl: '5m', tags: ['tag'] },
          routes: [{ method: 'GET', path: '/a', handle }],
        }
      })
      const first = app.ask('/a')
      await begun.opened
      await cache?.invalidateTags('tag')
      running.open()
      expect((await first).text).toBe('run 1')
      expect((await app.ask('/a')).text).toBe('run 2')
      expect((await app.ask('/a')).text).toBe('run 2')
    })
  })

  describe('unsafe methods', () => {
    const store = (answer: NeutralReply): Promise<TestApp> => {
      let run = 0
      return startApp(harness, (given) => ({
        responseCache: { ...given, ttl: '5m' },
        routes: [
          ...['/a', '/b', '/c'].map((path) => ({
            method: 'GET',
            path,
            handle: () => text(`${path} ${++run}`),
          })),
          ...['POST', 'PUT', 'DELETE', 'PATCH'].map((method) => ({
            method,
            path: '/a',
            handle: () => answer,
          })),
        ],
      }))
    }
    const isHit = async (app: TestApp, path: string): Promise<boolean> =>
      String((await app.ask(path)).fields['cache-status']).includes('; hit')

    it.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
      'pass the cache and invalidate their target: %s',
      async (method) => {
        const app = await store(text('done'))
        await app.ask('/a')
        const answer = await app.ask('/a', { method })
        expect([answer.text, answer.fields['cache-status']]).toEqual(['done', 'forebay; fwd=method'])
        expect(await isHit(app, '/a')).toBe(false)
        expect(await isHit(app, '/a')).toBe(true)
      },
    )

    it('invalidate what Location and Content-Location name', async () => {
      const fields: readonly FieldLine[] = [
        ['location', '/b'],
        ['content-location', '/c'],
      ]
      const app = await store({ status: 201, fields, body: { kind: 'text', text: 'done' } })
      for (const path of ['/b', '/c']) await app.ask(path)
      await app.ask('/a', { method: 'POST' })
      expect([await isHit(app, '/b'), await isHit(app, '/c')]).toEqual([false, false])
    })

    it('invalidate nothing on another origin', async () => {
      const app = await store({ ...text('done'), fields: [['location', 'http://other.example/b']] })
      await app.ask('/b')
      await app.ask('/a', { method: 'POST' })
      expect(await isHit(app, '/b')).toBe(true)
    })

    it('invalidate nothing when they fail', async () => {
      const app = await store({ status: 422, body: { kind: 'text', text: 'no' } })
      await app.ask('/a')
      expect((await app.ask('/a', { method: 'POST' })).status).toBe(422)
      expect(await isHit(app, '/a')).toBe(true)
    })
  })
}
