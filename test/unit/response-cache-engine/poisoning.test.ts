/** Known attacks that make a cache serve to all what one client has forged. */
import { describe, expect, it } from 'vitest'
import { reply, sharesItself, ttl } from './attack-app.ts'
import { fakeApp } from './fake-app.ts'

describe('cache poisoning: no unkeyed input', () => {
  it.each([
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
  ])('%s neither fills nor reads', async (name) => {
    const app = fakeApp(({ headers }) => ({ body: String(headers[name]) }), ttl)
    expect((await app.get('/', { [name]: 'evil' })).fields['cache-status']).toContain('fwd=bypass')
    expect((await app.get('/')).body).toBe('undefined')
    expect((await app.get('/', { [name]: 'evil' })).body).toBe('evil')
    expect((await app.get('/')).body).toBe('undefined')
  })

  it.each([
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-scheme',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-host',
  ])('%s poisons nobody else', async (name) => {
    const app = fakeApp(({ headers }) => ({ body: String(headers[name]) }), ttl)
    await app.get('/', { [name]: 'evil' })
    expect((await app.get('/')).body).toBe('undefined')
  })

  it('a fat GET neither fills nor reads', async () => {
    const app = fakeApp(reply(), ttl)
    await app.get('/', { 'content-length': '3' })
    expect((await app.get('/')).body).toBe('run 2')
    expect((await app.get('/', { 'transfer-encoding': 'chunked' })).body).toBe('run 3')
    expect((await app.get('/')).body).toBe('run 2')
  })

  it('Host and scheme are in the key', async () => {
    const app = fakeApp(reply(), ttl)
    await app.send({ host: 'shop.test' })
    expect((await app.send({ host: 'evil.test' })).body).toBe('run 2')
    expect((await app.send({ host: 'shop.test:81' })).body).toBe('run 3')
  })

  it('parameters cannot be cloaked', async () => {
    const app = fakeApp(({ url }) => ({ body: url }), { ...ttl, key: { query: { ignore: ['utm_content'] } } })
    await app.get('/?a=1')
    expect((await app.get('/?a=1&utm_content=x')).body).toBe('/?a=1')
    expect((await app.get('/?a=1;utm_content=x')).body).toBe('/?a=1;utm_content=x')
    expect((await app.get('/?a=1?utm_content=x')).body).toBe('/?a=1?utm_content=x')
    expect((await app.get('/?a=2&a=1')).body).toBe('/?a=2&a=1')
    expect((await app.get('/?a=1&a=2')).body).toBe('/?a=1&a=2')
    await app.get('/?b=1&b[]=2')
    expect((await app.get('/?b[]=2&b=1')).body).toBe('/?b[]=2&b=1')
    expect((await app.get('/?b%5B0%5D=1&b[]=2')).body).toBe('/?b%5B0%5D=1&b[]=2')
    expect((await app.get('/?b[]=2&b%5B0%5D=1')).body).toBe('/?b[]=2&b%5B0%5D=1')
  })

  it('one key part cannot spell another', async () => {
    const app = fakeApp(({ headers }) => ({ body: `${String(headers['x-a'])}|${String(headers['x-b'])}` }), {
      ...ttl,
      key: { headers: ['X-A', 'X-B'] },
    })
    expect((await app.get('/', { 'x-a': '1', 'x-b': '2' })).body).toBe('1|2')
    expect((await app.get('/', { 'x-a': '12' })).body).toBe('12|undefined')
    expect((await app.get('/', { 'x-a': '1', 'x-b': '2' })).body).toBe('1|2')
    expect((await app.get('/', { 'x-a': '', 'x-b': 'header x-b' })).body).toBe('|header x-b')
    expect((await app.get('/', { 'x-a': 'header x-b', 'x-b': '' })).body).toBe('header x-b|')
    expect(app.runs).toBe(4)
  })
})

describe('CPDoS: nothing odd is stored in the place of something good', () => {
  it.each([400, 401, 403, 413, 418, 429, 431, 500, 502, 503])(
    'an error %i under a plain ttl is not stored',
    async (status) => {
      const app = fakeApp(reply({}, { status }), ttl)
      expect(await sharesItself(app)).toBe(false)
    },
  )

  it.each([
    ['if-match', 412],
    ['if-unmodified-since', 412],
    ['range', 416],
    ['expect', 417],
    ['x-padding', 431],
  ])('what %s makes of one request is not stored, whatever it says: %i', async (name, status) => {
    const app = fakeApp(() => ({ fields: { 'cache-control': 'no-store' } }))
    // Where nothing could be stored, the handler sees the ranges that clients ask for.
    await app.get()
    app.handler = ({ headers }) => ({
      ...(headers[name] === undefined ? { body: 'page' } : { status }),
      fields: { 'cache-control': 'public, max-age=60' },
    })
    await app.get('/', { [name]: 'x' })
    expect(app.seen.at(-1)?.headers).toHaveProperty(name)
    expect(await app.get()).toMatchObject({ status: 200, body: 'page' })
  })

  it('CVE-2025-49826: a 204 does not answer for a page', async () => {
    let isEmpty = true
    const app = fakeApp(() => (isEmpty ? { status: 204 } : { body: 'page' }), { ttl: 0 })
    await app.get()
    isEmpty = false
    expect((await app.get()).body).toBe('page')
  })

  it('an error does not replace a stale response that may still answer', async () => {
    let status = 200
    const app = fakeApp(() => ({ status, body: `status ${status}` }), { ttl: '1m', staleIfError: '1h' })
    await app.get()
    app.clock.advance(60_000)
    status = 500
    expect((await app.get()).body).toBe('status 200')
    expect((await app.get()).body).toBe('status 200')
  })

  it('CVE-2017-7529: no range reaches beyond the body', async () => {
    const app = fakeApp(() => ({ body: '0123456789' }), ttl)
    await app.get()
    for (const range of ['bytes=-9223372036854775608', 'bytes=0-18446744073709551615', 'bytes=-99']) {
      const fields = { 'content-range': 'bytes 0-9/10', 'content-length': '10' }
      expect(await app.get('/', { range })).toMatchObject({ status: 206, body: '0123456789', fields })
    }
    expect((await app.get('/', { range: 'bytes=18446744073709551616-' })).status).toBe(416)
  })

  it('CVE-2022-25881: a hostile Cache-Control is read in no time', async () => {
    const app = fakeApp(reply({ 'cache-control': `${' '.repeat(65_536)}a="${'\\'.repeat(65_536)}` }), ttl)
    expect(await sharesItself(app)).toBe(false)
  })

  it('Vary cannot be made to fill the store', async () => {
    const app = fakeApp(reply({ vary: 'x-any' }), ttl)
    for (let index = 0; index < 200; index++) await app.get('/', { 'x-any': String(index) })
    expect(app.cache.stats().entries).toBeLessThanOrEqual(33)
    expect((await app.get('/', { 'x-any': '0' })).fields['cache-status']).toContain('; hit')
  })

  it('keys of any length cost bounded memory', async () => {
    const app = fakeApp(reply(), ttl)
    let key = ''
    app.cache.on('stored', (event) => (key = event.key))
    await app.get(`/?${'x'.repeat(100_000)}`)
    expect(key.length).toBeLessThan(500)
  })
})
