/** Which of several stored responses is a request's own, when `Vary` says that there are several. */
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions } from './fake-app.ts'

const ttl: FakeOptions = { ttl: '1m' }

describe('a field that changes on its way to the handler', () => {
  const rewriting = (rewrite: (fields: Record<string, unknown>) => void): FakeApp =>
    fakeApp((_seen, { requestFields }) => {
      rewrite(requestFields)
      return { body: String(requestFields['x-tenant']), fields: { vary: 'x-tenant' } }
    }, ttl)

  it('makes no response that varies by it somebody else’s', async () => {
    let user = 'alice'
    const app = rewriting((fields) => (fields['x-tenant'] = user))
    expect((await app.get()).body).toBe('alice')
    user = 'bob'
    expect((await app.get()).body).toBe('bob')
    expect((await app.get('/', { 'x-tenant': 'alice' })).body).toBe('bob')
    expect((await app.get()).fields['cache-status']).toBe('forebay; fwd=uri-miss; detail=vary-star')
  })

  it('nor is one stored under what was taken away', async () => {
    const app = rewriting((fields) => delete fields['x-tenant'])
    await app.get('/', { 'x-tenant': 'alice' })
    await app.get()
    expect(app.runs).toBe(2)
  })

  it('does not matter where nothing varies by it', async () => {
    const app = fakeApp((_seen, { requestFields }) => {
      requestFields['x-tenant'] = 'changed'
      return { body: 'page', fields: { vary: 'accept' } }
    }, ttl)
    await app.get()
    await app.get()
    expect(app.runs).toBe(1)
  })

  it('is not what the cache itself withholds', async () => {
    const app = fakeApp(() => ({ body: 'page', fields: { vary: 'if-none-match, range', etag: '"1"' } }), ttl)
    for (const _time of [1, 2]) await app.get('/', { 'if-none-match': '"0"' })
    expect(app.runs).toBe(1)
    for (const _time of [1, 2]) await app.get()
    expect(app.runs).toBe(2)
  })
})

describe('partitions', () => {
  const partition = ({ headers }: { headers: Record<string, unknown> }) =>
    headers['x-user'] as string | undefined
  const mine = { 'cache-control': 'private, max-age=60' }

  it('of no name are none: what is private is not stored there', async () => {
    const app = fakeApp(() => ({ body: 'page', fields: mine }), { partition })
    for (const _time of [1, 2]) await app.get('/', { 'x-user': '' })
    expect(app.runs).toBe(2)
    expect((await app.get()).fields['cache-status']).toContain('detail=private')
  })

  it('hold what is private and what credentials brought, for their own', async () => {
    const app = fakeApp(({ headers }) => ({ body: String(headers['x-user']), fields: mine }), { partition })
    const ask = async (user: string) =>
      (await app.get('/', { 'x-user': user, authorization: user, cookie: user })).body
    for (const user of ['alice', 'bob', 'alice', 'bob']) expect(await ask(user)).toBe(user)
    expect(app.runs).toBe(2)
  })

  it('let a response vary by what they cover', async () => {
    const app = fakeApp(() => ({ body: 'page', fields: { vary: 'cookie, authorization' } }), {
      ...ttl,
      partition,
    })
    for (const _time of [1, 2]) await app.get('/', { 'x-user': 'alice', cookie: 'a=1' })
    expect(app.runs).toBe(1)
  })
})

describe('variants', () => {
  it('are bounded, and one too many does not take away the others', async () => {
    const app = fakeApp(({ headers }) => ({ body: String(headers['x-any']), fields: { vary: 'x-any' } }), ttl)
    for (let index = 0; index < 40; index++) await app.get('/', { 'x-any': String(index) })
    expect((await app.get('/', { 'x-any': '39' })).fields['cache-status']).toBe(
      'forebay; fwd=vary-miss; stored',
    )
    for (let index = 0; index < 32; index++) {
      expect((await app.get('/', { 'x-any': String(index) })).fields['cache-status']).toContain('; hit')
    }
  })

  it('come back after a response that did not vary', async () => {
    let vary: string | undefined = 'x-a'
    const app = fakeApp(({ headers }) => {
      const body = `${String(vary)} ${String(headers['x-a'])}`
      return { body, fields: { 'cache-control': 'max-age=10', ...(vary === undefined ? {} : { vary }) } }
    })
    const ask = async (a: string) => (await app.get('/', { 'x-a': a })).body
    expect([await ask('1'), await ask('2'), await ask('1')]).toEqual(['x-a 1', 'x-a 2', 'x-a 1'])
    app.clock.advance(10_000)
    vary = undefined
    expect([await ask('1'), await ask('2')]).toEqual(['undefined 1', 'undefined 1'])
    app.clock.advance(10_000)
    vary = 'x-a'
    expect([await ask('2'), await ask('1'), await ask('2')]).toEqual(['x-a 2', 'x-a 1', 'x-a 2'])
  })
})
