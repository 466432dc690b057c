/** Known attacks on shared caches, each under its name: what one client gets never reaches, or harms, another. */
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeHandler, type FakeOptions, type FakeReply } from './fake-app.ts'

const ttl: FakeOptions = { ttl: '5m' }
const reply = (fields: Record<string, string | string[]> = {}, more: FakeReply = {}): FakeHandler => {
  let run = 0
  return () => ({ fields, body: `run ${++run}`, ...more })
}

/** Whether the second of two requests is answered by what the first one made. */
async function shares(
  app: FakeApp,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<boolean> {
  await first()
  await second()
  return app.runs === 1
}

describe('private responses shared', () => {
  it.each([
    ['CVE-2026-24472: private', { 'cache-control': 'private, max-age=60' }],
    ['CVE-2026-24472: no-store', { 'cache-control': 'no-store, max-age=60' }],
    ['CVE-2026-44457: Vary: Authorization', { vary: 'Authorization' }],
    ['CVE-2026-44457: Vary: Cookie', { vary: 'Accept, Cookie' }],
    ['CVE-2026-13697: private= without an argument', { 'cache-control': 'private=, max-age=60' }],
    ['CVE-2026-13697: mixed forms of private', { 'cache-control': 'private="x", private, max-age=60' }],
    ['CVE-2022-24894: Set-Cookie', { 'set-cookie': 'session=alice' }],
    ['an unreadable Cache-Control', { 'cache-control': 'max-age=60, x="private' }],
  ])('%s', async (_name, fields) => {
    const app = fakeApp(reply(fields), ttl)
    expect(
      await shares(
        app,
        () => app.get(),
        () => app.get(),
      ),
    ).toBe(false)
  })

  it('CVE-2026-13697: what private names is kept from others, also in rfc', async () => {
    const fields = {
      'cache-control': 'private="set-cookie, x-user", max-age=60',
      'x-user': 'alice',
      'set-cookie': 'a=1',
    }
    const app = fakeApp(reply(fields), { preset: 'rfc' })
    await app.get()
    const second = await app.get()
    expect(second.body).toBe('run 1')
    expect(second.fields).not.toHaveProperty('x-user')
    expect(second.fields).not.toHaveProperty('set-cookie')
  })

  it.each(['authorization', 'cookie'])(
    'CVE-2025-57752: a request with %s neither fills nor reads under a ttl',
    async (name) => {
      const app = fakeApp(reply(), { ...ttl, logger: { warn: () => undefined, error: () => undefined } })
      await app.get('/', { [name]: 'alice' })
      expect((await app.get('/', { [name]: 'bob' })).body).toBe('run 2')
      expect((await app.get('/')).body).toBe('run 3')
      expect((await app.get('/', { [name]: 'alice' })).body).toBe('run 4')
      expect((await app.get('/')).body).toBe('run 3')
    },
  )

  it('coalesced requests of differing standing do not wait for each other', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((open) => (release = open))
    const app = fakeApp(async ({ headers }) => {
      await gate
      return { body: String(headers.authorization ?? 'nobody') }
    }, ttl)
    const answers = ['alice', undefined, 'bob', undefined].map((who) =>
      app.get('/', who === undefined ? {} : { authorization: who }),
    )
    release()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['alice', 'nobody', 'bob', 'nobody'])
  })

  it('a leader whose response sets a cookie shares it with nobody who waited', async () => {
    let run = 0
    const app = fakeApp(async () => {
      const own = ++run
      await Promise.resolve()
      return { fields: { 'set-cookie': `id=${own}` }, body: `run ${own}` }
    }, ttl)
    const answers = await Promise.all([app.get(), app.get(), app.get()])
    expect(new Set(answers.map(({ fields }) => fields['set-cookie'])).size).toBe(3)
    expect(new Set(answers.map(({ body }) => body)).size).toBe(3)
  })

  it('a partition’s responses are its own', async () => {
    const app = fakeApp(({ headers }) => ({ body: String(headers['x-user']) }), {
      ...ttl,
      partition: ({ headers }) => headers['x-user'] as string | undefined,
    })
    for (const _round of [1, 2]) {
      for (const user of ['alice', 'bob']) expect((await app.get('/', { 'x-user': user })).body).toBe(user)
    }
    expect((await app.get('/')).body).toBe('undefined')
    expect(app.runs).toBe(3)
  })
})

describe('web cache deception: a path that is routed apart is kept apart', () => {
  it.each([
    '/account/x.css',
    '/account;x.css',
    '/account%2Fx.css',
    '/account%00.css',
    '/account%23x.css',
    '/account/../account',
    '/account//',
    '/account/',
    '/Account',
    '/%61ccount',
    '//account',
  ])('%s is not /account', async (path) => {
    const app = fakeApp(({ url }) => ({ body: url }), ttl)
    await app.get('/account')
    expect((await app.get(path)).body).toBe(path)
  })

  it('an extension makes nothing storable', async () => {
    const app = fakeApp(reply({ 'cache-control': 'private' }), ttl)
    expect(
      await shares(
        app,
        () => app.get('/a/x.css'),
        () => app.get('/a/x.css'),
      ),
    ).toBe(false)
  })
})

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
  })

  it('one key part cannot spell another', async () => {
    const app = fakeApp(({ headers }) => ({ body: `${String(headers['x-a'])}|${String(headers['x-b'])}` }), {
      ...ttl,
      key: { headers: ['X-A', 'X-B'] },
    })
    expect((await app.get('/', { 'x-a': '1', 'x-b': '2' })).body).toBe('1|2')
    expect((await app.get('/', { 'x-a': '12' })).body).toBe('12|undefined')
    expect((await app.get('/', { 'x-a': '1', 'x-b': '2' })).body).toBe('1|2')
    expect(app.runs).toBe(2)
  })
})

describe('CPDoS: nothing odd is stored in the place of something good', () => {
  it.each([400, 401, 403, 413, 418, 429, 431, 500, 502, 503])(
    'an error %i under a plain ttl is not stored',
    async (status) => {
      const app = fakeApp(reply({}, { status }), ttl)
      expect(
        await shares(
          app,
          () => app.get(),
          () => app.get(),
        ),
      ).toBe(false)
    },
  )

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
      expect(await app.get('/', { range })).toMatchObject({ status: 206, body: '0123456789' })
    }
    expect((await app.get('/', { range: 'bytes=18446744073709551616-' })).status).toBe(416)
  })

  it('CVE-2022-25881: a hostile Cache-Control is read in no time', async () => {
    const app = fakeApp(reply({ 'cache-control': `${' '.repeat(65_536)}a="${'\\'.repeat(65_536)}` }), ttl)
    expect(
      await shares(
        app,
        () => app.get(),
        () => app.get(),
      ),
    ).toBe(false)
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

describe('header replay', () => {
  it('hop-by-hop fields, those that Connection names, and limiter fields never replay', async () => {
    const fields = {
      connection: 'x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      'retry-after': '7',
      'x-ratelimit-remaining': '3',
      ratelimit: '"a";r=1',
      'x-request-id': 'first',
      'x-handler': 'yes',
    }
    const app = fakeApp(reply(fields), ttl)
    await app.get()
    const { fields: replayed } = await app.get()
    expect(Object.keys(replayed).toSorted()).toEqual([
      'age',
      'cache-status',
      'content-length',
      'date',
      'x-handler',
    ])
  })

  it('what Connection names cannot take away what forbids', async () => {
    const app = fakeApp(reply({ connection: 'cache-control', 'cache-control': 'private' }), ttl)
    expect(
      await shares(
        app,
        () => app.get(),
        () => app.get(),
      ),
    ).toBe(false)
  })
})
