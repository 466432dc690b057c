/** What a client gets of a fresh stored response, and how the handler's part is told from everybody else's. */
import { isPromise } from '@forebay/core'
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

const page = (reply: FakeReply = {}, options: FakeOptions = { ttl: '5m' }): FakeApp =>
  fakeApp(() => ({ body: '0123456789', ...reply }), options)

/** A page that is stored already. */
async function warm(reply?: FakeReply, options?: FakeOptions): Promise<FakeApp> {
  const app = page(reply, options)
  await app.get()
  return app
}

describe('Cache-Status', () => {
  it('says what the contract says, word for word', async () => {
    const app = page({ fields: { etag: '"1"' } }, { ttl: '5m', skip: ({ url }) => url === '/skip' })
    const status = async (method = 'GET', url = '/'): Promise<unknown> =>
      (await app.send({ method, url })).fields['cache-status']
    expect(await status()).toBe('forebay; fwd=uri-miss; stored')
    app.clock.advance(3_000)
    expect(await status()).toBe('forebay; hit; ttl=297')
    app.clock.advance(300_000)
    app.handler = () => ({ status: 304 })
    expect(await status()).toBe('forebay; fwd=stale; fwd-status=304')
    expect(await status('POST')).toBe('forebay; fwd=method')
    expect(await status('GET', '/skip')).toBe('forebay; fwd=bypass')
  })

  it('is appended to what other caches said, on a hit as on a miss', async () => {
    const app = await warm({ fields: { 'cache-status': 'upstream; hit', etag: '"a"' } })
    expect((await app.get('/other')).fields['cache-status']).toBe(
      'upstream; hit, forebay; fwd=uri-miss; stored',
    )
    expect((await app.get('/other')).fields['cache-status']).toBe('upstream; hit, forebay; hit; ttl=300')
    const outside = { 'cache-status': ['edge; fwd=miss', 'mid; hit'] }
    expect((await app.send({ outside })).fields['cache-status']).toBe(
      'upstream; hit, edge; fwd=miss, mid; hit, forebay; hit; ttl=300',
    )
    app.clock.advance(300_000)
    app.handler = () => ({ status: 304 })
    expect((await app.get()).fields['cache-status']).toBe('forebay; fwd=stale; fwd-status=304')
  })

  it('does not store what stood outside, nor repeats its own name', async () => {
    const said = 'edge; fwd=miss, upstream; hit, forebay; fwd=uri-miss; stored'
    const app = await warm({})
    app.handler = () => ({ fields: { 'cache-status': said, 'cache-control': 'max-age=300' } })
    await app.send({ url: '/new', outside: { 'cache-status': 'edge; fwd=miss' } })
    expect((await app.get('/new')).fields['cache-status']).toBe('upstream; hit, forebay; hit; ttl=300')
  })

  it('is what the handler said where ours is switched off', async () => {
    const app = await warm({ fields: { 'cache-status': 'upstream; hit' } }, { ttl: '5m', cacheStatus: false })
    expect((await app.get()).fields['cache-status']).toBe('upstream; hit')
    const outside = { 'cache-status': 'edge; fwd=miss' }
    expect((await app.send({ outside })).fields['cache-status']).toBe('upstream; hit, edge; fwd=miss')
  })

  it.each([
    ['shop', 'shop; hit; ttl=300'],
    ['my shop', '"my shop"; hit; ttl=300'],
    ['a", evil; hit', '"a\\", evil; hit"; hit; ttl=300'],
    ['1st', '"1st"; hit; ttl=300'],
  ])('names the cache %s as a token or a string', async (cacheStatus, expected) => {
    const app = await warm({}, { ttl: '5m', cacheStatus })
    expect((await app.get()).fields['cache-status']).toBe(expected)
  })

  it('can be switched off', async () => {
    const app = await warm({}, { ttl: '5m', cacheStatus: false })
    for (const request of [{}, { method: 'POST' }, { url: '/b' }, { headers: { range: 'bytes=0-1' } }]) {
      expect((await app.send(request)).fields).not.toHaveProperty('cache-status')
    }
  })
})

describe('a hit', () => {
  it('costs no promise', async () => {
    const app = await warm()
    expect(isPromise(app.handle(app.exchange({})))).toBe(false)
  })

  it('is the same object again within a second, and another for another client’s wish', async () => {
    const app = await warm()
    const plain = app.handle(app.exchange({}))
    expect(app.handle(app.exchange({}))).toBe(plain)
    expect(app.handle(app.exchange({ headers: { range: 'bytes=0-1' } }))).not.toBe(plain)
    app.clock.advance(1_000)
    expect(app.handle(app.exchange({}))).not.toBe(plain)
  })

  it('tells its age in whole seconds, what the handler said of it included', async () => {
    const app = await warm({ fields: { age: '7', 'cache-control': 'max-age=60' } })
    app.clock.advance(1_999)
    expect((await app.get()).fields).toMatchObject({ age: '8', 'cache-status': 'forebay; hit; ttl=52' })
  })

  it('has the Date that the miss had', async () => {
    const app = page()
    const { date } = (await app.get()).fields
    app.clock.advance(90_000)
    expect((await app.get()).fields['date']).toBe(date)
    expect(date).toMatch(/ GMT$/)
  })

  it('adds its cookies to those that are set outside, and keeps them apart', async () => {
    const app = page({ fields: { 'set-cookie': ['a=1'] } }, { ttl: '5m', setCookie: 'store' })
    await app.get()
    const outside = (id: string) => ({ 'set-cookie': [`id=${id}`] })
    for (const id of ['1', '2']) {
      const { fields } = await app.send({ outside: outside(id) })
      expect(fields['set-cookie']).toEqual([`id=${id}`, 'a=1'])
    }
    expect((await app.get()).fields['set-cookie']).toEqual(['a=1'])
  })

  it.each([
    ['if-none-match', '"1"', 304],
    ['if-none-match', 'W/"1"', 304],
    ['if-none-match', '"0", "1"', 304],
    ['if-none-match', '*', 304],
    ['if-none-match', '"2"', 200],
    ['if-modified-since', 'Thu, 01 Jan 1970 00:00:00 GMT', 304],
    ['if-modified-since', 'Wed, 31 Dec 1969 23:59:59 GMT', 200],
    ['if-modified-since', 'yesterday', 200],
    ['range', 'bytes=2-4', 206],
    ['range', 'bytes=-3', 206],
    ['range', 'bytes=10-', 416],
    ['range', 'bytes=0-1,3-4', 200],
    ['range', 'lines=1-2', 200],
    ['range', 'bytes=4-2', 200],
  ])('answers %s: %s with %i', async (name, value, status) => {
    const fields = {
      etag: '"1"',
      'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
      'content-type': 'text/plain',
    }
    const app = await warm({ fields })
    const answer = await app.get('/', { [name]: value })
    expect(answer.status).toBe(status)
    expect(app.runs).toBe(1)
    expect(answer.fields).toMatchObject({ etag: '"1"', age: '0' })
    if (status === 304) expect(answer.fields).not.toHaveProperty('content-length')
    else expect(answer.fields['content-length']).toBe(String(answer.body.length))
  })

  it.each([
    ['"1"', 206],
    ['W/"1"', 200],
    ['"2"', 200],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 206],
    ['Fri, 02 Jan 1970 00:00:00 GMT', 200],
  ])('answers a range under If-Range: %s with %i', async (ifRange, status) => {
    const app = await warm({ fields: { etag: '"1"', 'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT' } })
    const answer = await app.get('/', { range: 'bytes=2-4', 'if-range': ifRange })
    expect(answer).toMatchObject({ status, body: status === 206 ? '234' : '0123456789' })
  })

  it('answers HEAD without a body and with its length', async () => {
    const app = await warm()
    const head = await app.send({ method: 'HEAD', headers: { range: 'bytes=0-1' } })
    expect(head).toMatchObject({ status: 200, body: '', fields: { 'content-length': '10' } })
    expect(app.runs).toBe(1)
  })

  it.each([204, 404, 299])('with status %i is never partial or conditional', async (status) => {
    const app = await warm({ status, fields: { etag: '"1"', 'cache-control': 'max-age=60' } })
    expect((await app.get('/', { 'if-none-match': '"1"' })).status).toBe(status)
    expect((await app.get('/', { range: 'bytes=0-1' })).status).toBe(status)
    expect(app.runs).toBe(1)
  })
})
