/** What went wrong in other caches for servers, each case by the name that it is known by. */
import { describe, expect, it } from 'vitest'
import { reply, shares, sharesItself, ttl } from './attack-app.ts'
import { fakeApp } from './fake-app.ts'

it('@fastify/caching answered 304 to whoever showed another page’s ETag', async () => {
  const app = fakeApp(({ url }) => ({ fields: { etag: `"${url}"` }, body: url }), ttl)
  await app.get('/a')
  await app.get('/b')
  expect(await app.get('/b', { 'if-none-match': '"/a"' })).toMatchObject({ status: 200, body: '/b' })
})

it('koa-cash changed the options that it was given', async () => {
  const key = Object.freeze({ query: Object.freeze(['a']), headers: Object.freeze(['x-a']) })
  const options = Object.freeze({ ...ttl, key, tags: Object.freeze(['t']) })
  const app = fakeApp(reply(), options)
  expect(
    await shares(
      app,
      () => app.get('/?a=1'),
      () => app.get('/?a=1&b=2'),
    ),
  ).toBe(true)
})

it('Nitro wrote a Cache-Control of its own over the handler’s', async () => {
  const app = fakeApp(reply({ 'cache-control': 'max-age=60, x="a, b"' }), ttl)
  await app.get()
  expect((await app.get()).fields['cache-control']).toBe('max-age=60, x="a, b"')
})

describe('Next.js, Nuxt, React Router', () => {
  it.each([
    ['CVE-2025-27415', '/?/_payload.json'],
    ['CVE-2024-46982', '/?__nextDataReq=1'],
    ['CVE-2026-44576', '/?_rsc=1'],
  ])('%s: a query that makes data of a page is another page', async (_name, url) => {
    const app = fakeApp((seen) => ({ body: seen.url }), ttl)
    await app.get(url)
    expect((await app.get('/')).body).toBe('/')
  })

  it('CVE-2025-49005: what varies by a field of the framework’s own is kept apart', async () => {
    const app = fakeApp(
      ({ headers }) => ({ fields: { vary: 'RSC, Next-Router-State-Tree' }, body: String(headers.rsc) }),
      ttl,
    )
    await app.get('/', { rsc: '1' })
    expect((await app.get()).body).toBe('undefined')
  })

  it('CVE-2025-43864: an error that a request field has caused is not stored', async () => {
    const app = fakeApp(
      ({ headers }) =>
        headers['x-react-router-spa-mode'] === undefined ? { body: 'page' } : { status: 500 },
      ttl,
    )
    await app.get('/', { 'x-react-router-spa-mode': 'yes' })
    expect((await app.get()).body).toBe('page')
  })
})

describe('shared caches in front of servers', () => {
  it('Railway, March 2026: pages of users who were logged in by a cookie, without a Set-Cookie', async () => {
    const quiet = { warn: () => undefined, error: () => undefined }
    const app = fakeApp(({ headers }) => ({ body: String(headers.cookie) }), { ...ttl, logger: quiet })
    expect((await app.get('/', { cookie: 'session=alice' })).body).toBe('session=alice')
    expect((await app.get('/', { cookie: 'session=bob' })).body).toBe('session=bob')
    expect((await app.get()).body).toBe('undefined')
  })

  it('took away what a client had named in Connection', async () => {
    const app = fakeApp(reply({ 'cache-control': 'private', 'x-frame-options': 'deny' }), ttl)
    const connection = { connection: 'cache-control, x-frame-options, set-cookie' }
    const first = await app.get('/', connection)
    expect(first.fields).toMatchObject({ 'cache-control': 'private', 'x-frame-options': 'deny' })
    expect((await app.get('/', connection)).body).toBe('run 2')
  })

  it('CVE-2026-22036: content that is encoded many times over is replayed as it is', async () => {
    const coding = Array.from({ length: 1_000 }, () => 'gzip').join(', ')
    const app = fakeApp(() => ({ fields: { 'content-encoding': coding }, body: 'not gzip at all' }), ttl)
    await app.get()
    expect(await app.get()).toMatchObject({ body: 'not gzip at all', fields: { 'content-encoding': coding } })
  })

  it.each(['private; max-age=60', '"private, max-age=60"', 'private max-age=60', 'private:, max-age=60'])(
    'took a Cache-Control that nobody can read for one that forbids nothing: %s',
    async (cacheControl) => {
      const app = fakeApp(reply({ 'cache-control': cacheControl }), ttl)
      expect(await sharesItself(app)).toBe(false)
    },
  )

  it('told `?id[]=2` from `?id=1`, but not from no `id`', async () => {
    const app = fakeApp(({ url }) => ({ body: url }), { ...ttl, key: { query: ['id'] } })
    await app.get('/?id[]=2')
    expect((await app.get('/')).body).toBe('/')
    expect((await app.get('/?[id]=3')).body).toBe('/?[id]=3')
  })
})
