/** Known attacks on shared caches, each under its name: what one client gets never reaches, or harms, another. */
import { describe, expect, it } from 'vitest'
import { reply, shares, sharesItself, ttl } from './attack-app.ts'
import { fakeApp } from './fake-app.ts'

describe('private responses shared', () => {
  it.each([
    ['CVE-2026-24472: private', { 'cache-control': 'private, max-age=60' }],
    ['CVE-2026-24472: no-store', { 'cache-control': 'no-store, max-age=60' }],
    ['CVE-2026-44457: Vary: Authorization', { vary: 'Authorization' }],
    ['CVE-2026-44457: Vary: Cookie', { vary: 'Accept, Cookie' }],
    ['CVE-2026-13697: private= without an argument', { 'cache-control': 'private=, max-age=60' }],
    [
      'CVE-2026-13697: private with an argument that is not quoted',
      { 'cache-control': 'private=x, max-age=60' },
    ],
    ['CVE-2026-13697: mixed forms of private', { 'cache-control': 'private="x", private, max-age=60' }],
    ['CVE-2022-24894: Set-Cookie', { 'set-cookie': 'session=alice' }],
    ['an unreadable Cache-Control', { 'cache-control': 'max-age=60, x="private' }],
  ])('%s', async (_name, fields) => {
    const app = fakeApp(reply(fields), ttl)
    expect(await sharesItself(app)).toBe(false)
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
    expect(await sharesItself(app)).toBe(false)
  })

  it('critical fields that Connection names replay all the same', async () => {
    const critical = {
      'cache-control': 'max-age=60',
      'content-encoding': 'x',
      'content-type': 'a/b',
      vary: 'foo',
    }
    const app = fakeApp(reply({ ...critical, connection: Object.keys(critical).join(', ') }))
    await app.get()
    const hit = await app.get()
    expect(hit).toMatchObject({ body: 'run 1', fields: critical })
    expect((await app.get('/', { foo: 'other' })).body).toBe('run 2')
  })
})
