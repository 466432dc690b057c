import { describe, expect, it } from 'vitest'
import { createResponseCache } from '@forebay/core'
import { fakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

const host = { host: 'shop.test' }

async function explained(
  reply: FakeReply,
  {
    options = {},
    headers = {},
    advance = 0,
  }: { options?: FakeOptions; headers?: Record<string, string>; advance?: number } = {},
) {
  const app = fakeApp(() => ({ body: 'page', ...reply }), { ttl: '1m', ...options })
  await app.get('/a', headers)
  app.clock.advance(advance)
  return await app.cache.explain({ url: '/a', headers: { ...host, ...headers } })
}

describe('explain', () => {
  it('says why a request would be answered', async () => {
    expect(await explained({})).toEqual({
      code: 'fresh',
      words: 'A fresh response is stored.',
      rfc: 'RFC 9111 §4.2',
      served: true,
      lastResponse: { code: 'stored', words: 'The response is stored.', rfc: 'RFC 9111 §3', stored: true },
    })
    const swr = { options: { staleWhileRevalidate: '1h' } as const, advance: 61_000 }
    expect(await explained({}, swr)).toMatchObject({ code: 'stale-while-revalidate', served: true })
  })

  it.each<[string, FakeReply, FakeOptions]>([
    ['private', { fields: { 'cache-control': 'private' } }, {}],
    ['no-store', { fields: { 'cache-control': 'no-store' } }, {}],
    ['malformed', { fields: { 'cache-control': 'x="' } }, {}],
    ['set-cookie', { fields: { 'set-cookie': 'a=1' } }, {}],
    ['vary-star', { fields: { vary: '*' } }, {}],
    ['vary-credentials', { fields: { vary: 'cookie' } }, {}],
    ['status', { status: 500 }, {}],
    ['must-understand', { status: 299, fields: { 'cache-control': 'must-understand, max-age=1' } }, {}],
    ['content-range', { status: 206, fields: { 'content-range': 'bytes 0-1/2' } }, {}],
    ['event-stream', { fields: { 'content-type': 'text/event-stream' } }, {}],
    ['trailers', { trailers: true }, {}],
    ['too-large', { body: '12345' }, { maxBodyBytes: 4 }],
    ['incomplete', { fields: { 'content-length': '99' } }, {}],
    ['store-option', {}, { store: () => false }],
    ['no-freshness', {}, { ttl: 0 }],
  ])('says why a response was not stored: %s', async (code, reply, options) => {
    const explanation = await explained(reply, { options })
    expect(explanation).toMatchObject({ code: 'miss', served: false, lastResponse: { code, stored: false } })
    expect(explanation.lastResponse?.words).toMatch(/^[A-Z`].*[.:]/)
  })

  it.each([
    ['authorization', { authorization: 'Basic x' }],
    ['cookie', { cookie: 'a=1' }],
  ])('says that %s kept a response from being stored', async (code, headers) => {
    const logger = { warn: () => undefined, error: () => undefined }
    expect(await explained({}, { headers, options: { logger } })).toMatchObject({ lastResponse: { code } })
  })

  it('says why a request would not be answered', async () => {
    const app = fakeApp(() => ({ body: 'page', fields: { vary: 'accept' } }), { ttl: '1m' })
    const code = async (request: object) =>
      (await app.cache.explain({ url: '/a', headers: host, ...request })).code
    expect(await code({})).toBe('miss')
    await app.get('/a')
    expect(await code({})).toBe('fresh')
    expect(await code({ method: 'HEAD' })).toBe('fresh')
    expect(await code({ method: 'post' })).toBe('method')
    expect(await code({ headers: { ...host, Accept: 'text/html' } })).toBe('vary-miss')
    expect(await code({ headers: { ...host, Authorization: 'x' } })).toBe('credentials')
    expect(await code({ headers: { ...host, 'X-Original-URL': '/b' } })).toBe('unkeyed-input')
    expect(await code({ headers: { ...host, 'Content-Length': '3' } })).toBe('request-body')
    expect(await code({ headers: { host: 'other.test' } })).toBe('miss')
    expect(await code({ url: 'http://shop.test/a', headers: {} })).toBe('fresh')
    expect(await code({ url: 'https://shop.test/a', headers: {} })).toBe('miss')
    app.clock.advance(60_000)
    expect(await code({})).toBe('miss')
    await app.cache.close()
    expect(await code({})).toBe('closed')
  })

  it('knows what a client may ask of caches, where that is honoured', async () => {
    const app = fakeApp(() => ({ body: 'page' }), { ttl: '1m', requestDirectives: 'honor' })
    await app.get('/a')
    app.clock.advance(10_000)
    const code = async (cacheControl: string, url = '/a') =>
      (await app.cache.explain({ url, headers: { ...host, 'cache-control': cacheControl } })).code
    expect(await code('no-cache')).toBe('request-no-cache')
    expect(await code('max-age=5')).toBe('request-max-age')
    expect(await code('min-fresh=55')).toBe('request-min-fresh')
    expect(await code('only-if-cached', '/b')).toBe('only-if-cached')
    expect(await code('no-store', '/b')).toBe('request-no-store')
    app.clock.advance(51_000)
    expect(await code('max-stale')).toBe('max-stale')
  })

  it('says where only a request on its way can tell', async () => {
    const app = fakeApp(() => ({ body: 'page' }), { ttl: '1m', key: () => 'k' })
    await app.get('/a')
    expect((await app.cache.explain({ url: '/a', headers: host })).code).toBe('unknown-key')
  })

  it('runs nothing of the app, and refuses what is no request', async () => {
    const app = fakeApp(() => ({ body: 'page' }), { ttl: '1m' })
    await app.cache.explain({ url: '/a' })
    expect(app.runs).toBe(0)
    await expect(app.cache.explain({ url: 'a' })).rejects.toThrow(/explain: url: received "a"/)
    await expect(createResponseCache().explain({ url: '/a' })).resolves.toMatchObject({ code: 'miss' })
  })
})
