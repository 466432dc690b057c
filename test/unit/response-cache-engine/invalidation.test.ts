import { describe, expect, it } from 'vitest'
import { createResponseCache, type ResponseCache } from '@forebay/core'
import { fakeApp, type FakeApp, type FakeReply } from './fake-app.ts'

function shop(): FakeApp {
  let run = 0
  return fakeApp(({ url }) => ({ body: `${url} ${++run}` }), {
    ttl: '5m',
    tags: ({ url }) => [`tag:${url.split('?')[0]}`],
    staleWhileRevalidate: '1h',
  })
}

const urls = ['/a', '/a?q=1', '/b', '/b/c']
const ask = (app: FakeApp, url: string) => app.send({ url, route: url.startsWith('/a') ? '/a' : '/b*' })

async function warm(app: FakeApp): Promise<void> {
  for (const url of urls) await ask(app, url)
}

async function stored(app: FakeApp): Promise<string[]> {
  const found: string[] = []
  for (const url of urls) {
    const { served } = await app.cache.explain({ url, headers: { host: 'shop.test' } })
    if (served) found.push(url)
  }
  return found
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('invalidation', () => {
  it.each<[string, (cache: ResponseCache) => Promise<void>, string[]]>([
    ['a tag', (cache) => cache.invalidateTags('tag:/b'), ['/b']],
    ['tags', (cache) => cache.invalidateTags('tag:/b', 'tag:/a'), ['/a', '/a?q=1', '/b']],
    ['a route', (cache) => cache.invalidateRoute('GET /a'), ['/a', '/a?q=1']],
    ['a route, whatever its case', (cache) => cache.invalidateRoute('head /a'), ['/a', '/a?q=1']],
    ['a path', (cache) => cache.invalidateUrl('/a'), ['/a']],
    ['a path with its query', (cache) => cache.invalidateUrl('/a?q=1'), ['/a?q=1']],
    ['a URL', (cache) => cache.invalidateUrl('http://SHOP.test/b/c'), ['/b/c']],
    ['another host’s URL', (cache) => cache.invalidateUrl('http://other.test/b'), []],
    ['a prefix', (cache) => cache.invalidatePrefix('/b'), ['/b', '/b/c']],
    ['everything', (cache) => cache.clear(), urls],
  ])('of %s takes away that and nothing else', async (_what, invalidate, gone) => {
    const app = shop()
    await warm(app)
    await invalidate(app.cache)
    expect(await stored(app)).toEqual(urls.filter((url) => !gone.includes(url)))
    await warm(app)
    expect(await stored(app)).toEqual(urls)
  })

  it('may be soft: stale from now on, and answering while it is refreshed', async () => {
    const app = shop()
    await warm(app)
    await app.cache.invalidateTags('tag:/a', { soft: true })
    expect((await ask(app, '/a')).fields['cache-status']).toMatch(/hit; ttl=0; detail=stale-while-revalidate/)
    expect((await ask(app, '/b')).fields['cache-status']).toMatch(/hit; ttl=\d+$/)
  })

  it.each<[string, (cache: ResponseCache) => Promise<void>]>([
    ['a tag', (cache) => cache.invalidateTags('t')],
    ['everything', (cache) => cache.clear()],
    ['the prefix', (cache) => cache.invalidatePrefix('/')],
    ['the URL', (cache) => cache.invalidateUrl('/')],
  ])('of %s wins over a handler that is running', async (_what, invalidate) => {
    let finish = (_reply: FakeReply): void => undefined
    const app = fakeApp(() => new Promise((resolve) => (finish = resolve)), { ttl: '5m', tags: ['t'] })
    const before = app.get()
    await settled()
    await invalidate(app.cache)
    finish({ body: 'old' })
    expect((await before).body).toBe('old')
    const after = app.get()
    await settled()
    finish({ body: 'new' })
    expect((await after).body).toBe('new')
  })

  it('tells who listens, and counts nothing else', async () => {
    const app = shop()
    const told: unknown[] = []
    app.cache.on('invalidated', ({ targets, soft }) => told.push([targets, soft]))
    await app.cache.invalidateTags('x', 'y', { soft: true })
    await app.cache.invalidateRoute('GET /a')
    await app.cache.clear()
    expect(told).toEqual([
      [['tag x', 'tag y'], true],
      [['route GET /a'], false],
      [['all'], false],
    ])
  })

  it.each<[string, (cache: ResponseCache) => Promise<void>, RegExp]>([
    ['no tag', (cache) => cache.invalidateTags(), /invalidateTags: received no tag/],
    ['an empty tag', (cache) => cache.invalidateTags(''), /invalidateTags: received ""/],
    ['a tag that is no text', (cache) => cache.invalidateTags(7 as never), /invalidateTags: received 7/],
    ['tags in a list', (cache) => cache.invalidateTags(['a'] as never), /invalidateTags: received \["a"\]/],
    ['a list as options', (cache) => cache.clear([] as never), /clear: received \[\]/],
    ['no options', (cache) => cache.clear(null as never), /clear: received null/],
    ['softness that is none', (cache) => cache.clear({ soft: 1 } as never), /clear: received {"soft":1}/],
    ['a route that is none', (cache) => cache.invalidateRoute('GET'), /invalidateRoute: received "GET"/],
    ['a prefix that is none', (cache) => cache.invalidatePrefix('a'), /invalidatePrefix: received "a"/],
    ['a route without a method', (cache) => cache.invalidateRoute('/a'), /Did you mean "GET \/a"\?/],
    ['a URL that is none', (cache) => cache.invalidateUrl('a'), /invalidateUrl: received "a"/],
    [
      'a prefix with a query',
      (cache) => cache.invalidatePrefix('/a?b'),
      /invalidatePrefix: received "\/a\?b"/,
    ],
    ['unknown options', (cache) => cache.clear({ sfot: true } as never), /clear: received {"sfot":true}/],
  ])('of %s is an error, and nothing happens', async (_what, invalidate, message) => {
    const app = shop()
    await warm(app)
    await expect(invalidate(app.cache)).rejects.toThrow(
      expect.objectContaining({ code: 'FOREBAY_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    )
    expect(await stored(app)).toEqual(urls)
  })
})

describe('an unsafe method', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE'])(
    '%s takes away what it has changed',
    async (method) => {
      const app = shop()
      await warm(app)
      expect((await app.send({ method, url: '/a' })).fields['cache-status']).toBe('forebay; fwd=method')
      expect(await stored(app)).toEqual(['/a?q=1', '/b', '/b/c'])
    },
  )

  it.each(['OPTIONS', 'TRACE', 'QUERY'])('%s is safe', async (method) => {
    const app = shop()
    await warm(app)
    await app.send({ method, url: '/a' })
    expect(await stored(app)).toEqual(urls)
  })

  it.each([400, 404, 500])('that ends in %i has changed nothing', async (status) => {
    const app = shop()
    await warm(app)
    app.handler = () => ({ status })
    await app.send({ method: 'POST', url: '/a' })
    expect(await stored(app)).toEqual(urls)
  })

  it.each(['location', 'content-location'])('takes away what %s names, on its own origin', async (name) => {
    const app = shop()
    await warm(app)
    app.handler = () => ({ status: 201, fields: { [name]: '/b/c' } })
    await app.send({ method: 'POST', url: '/new' })
    expect(await stored(app)).toEqual(['/a', '/a?q=1', '/b'])
    app.handler = () => ({ status: 201, fields: { [name]: 'http://shop.test/b' } })
    await app.send({ method: 'POST', url: '/new' })
    expect(await stored(app)).toEqual(['/a', '/a?q=1'])
    app.handler = () => ({ status: 201, fields: { [name]: 'http://evil.test/a' } })
    await app.send({ method: 'POST', url: '/new' })
    expect(await stored(app)).toEqual(['/a', '/a?q=1'])
  })

  it('takes away the groups that it names (RFC 9875)', async () => {
    const app = fakeApp(({ url }) => ({ body: url, fields: { 'cache-groups': `"${url}", "all"` } }), {
      ttl: '5m',
    })
    await warm(app)
    app.handler = () => ({ fields: { 'cache-group-invalidation': '"/b"' } })
    await app.send({ method: 'POST', url: '/x' })
    expect(await stored(app)).toEqual(['/a', '/a?q=1', '/b/c'])
    app.handler = () => ({ fields: { 'cache-group-invalidation': '"all"' } })
    await app.send({ method: 'POST', url: '/x' })
    expect(await stored(app)).toEqual([])
  })
})

describe('a shared cache', () => {
  it('gives its options to every mount that says nothing else', async () => {
    const cache = createResponseCache({ ttl: '5m', cacheStatus: 'shop', jitter: 0 })
    const page = () => ({ body: 'page' })
    const one = fakeApp(page, { cache })
    const other = fakeApp(page, { cache, cacheStatus: 'other' })
    await one.get('/a')
    expect((await one.get('/a')).fields['cache-status']).toMatch(/^shop; hit/)
    expect((await other.get('/a')).fields['cache-status']).toMatch(/^other; hit/)
    await cache.clear()
    expect((await other.get('/a')).fields['cache-status']).toMatch(/fwd=uri-miss/)
    await cache.close()
    expect((await one.get('/a')).fields['cache-status']).toBe('shop; fwd=bypass; detail=closed')
  })
})
