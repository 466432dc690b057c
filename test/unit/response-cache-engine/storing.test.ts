import { describe, expect, it, vi } from 'vitest'
import { createResponseCacheGate, memoryBackend } from '@forebay/core'
import { fakeApp, type FakeHandler, type FakeOptions, type FakeReply } from './fake-app.ts'

const page = (reply: FakeReply = {}): FakeHandler => {
  let run = 0
  return () => ({ body: `run ${++run}`, ...reply })
}

async function isStored(options: FakeOptions, reply: FakeReply = {}): Promise<boolean> {
  const app = fakeApp(page(reply), options)
  await app.get()
  await app.get()
  return app.runs === 1
}

describe('a lifetime', () => {
  it('is none by default: only what the response states counts', async () => {
    expect(await isStored({})).toBe(false)
    expect(await isStored({}, { fields: { 'cache-control': 'max-age=60' } })).toBe(true)
  })

  it('that the response states wins over ttl', async () => {
    const app = fakeApp(page({ fields: { 'cache-control': 'max-age=10' } }), { ttl: '1h' })
    await app.get()
    app.clock.advance(10_000)
    expect((await app.get()).body).toBe('run 2')
    expect(await isStored({ ttl: '1h' }, { fields: { 'cache-control': 'max-age=0' } })).toBe(false)
    expect(await isStored({ ttl: '1h' }, { fields: { 'cache-control': 'no-cache' } })).toBe(false)
  })

  it('may be a function of the request; undefined counts as none', async () => {
    const app = fakeApp(page(), { ttl: ({ url }) => (url === '/a' ? '1m' : undefined) })
    for (const url of ['/a', '/a', '/b', '/b']) await app.get(url)
    expect(app.runs).toBe(3)
  })

  it.each([
    [{ ttl: '10s' } as const, 10],
    [{ ttl: '10m' } as const, 60],
    [{ ttl: '10m', negativeTtl: '2m' } as const, 120],
    [{ negativeTtl: '5s' } as const, 5],
    [{ ttl: '10m', negativeTtl: () => 7_000 } as const, 7],
  ])('of a 404 under %j is %i s', async (options, seconds) => {
    const app = fakeApp(page({ status: 404 }), options)
    await app.get()
    app.clock.advance(seconds * 1_000 - 1)
    expect((await app.get()).body).toBe('run 1')
    app.clock.advance(1)
    expect((await app.get()).body).toBe('run 2')
  })

  it('of an option is not for errors, public or not', async () => {
    const reply = { status: 500, fields: { 'cache-control': 'public' } }
    expect(await isStored({ ttl: '1m' }, reply)).toBe(false)
    expect(await isStored({ ttl: '1m', preset: 'rfc' }, reply)).toBe(false)
  })

  it('is spread by jitter, never beyond ttl, and not where the response states it', () => {
    const ttlOf = async (cacheControl: string | undefined, draw: number): Promise<string> => {
      const clock = fakeApp(page()).clock
      const gate = createResponseCacheGate(
        { ttl: '100s', jitter: 0.2, backend: memoryBackend({ clock }) },
        { random: () => draw },
      )
      const app = fakeApp(
        page(cacheControl === undefined ? {} : { fields: { 'cache-control': cacheControl } }),
        {},
        clock,
      )
      const exchange = app.exchange({})
      await app.finish(exchange, await gate.handle(exchange))
      const hit = app.exchange({})
      return String((await app.finish(hit, await gate.handle(hit))).fields['cache-status'])
    }
    return expect(
      Promise.all([
        ttlOf(undefined, 0),
        ttlOf(undefined, 0.5),
        ttlOf(undefined, 0.999),
        ttlOf('max-age=100', 0.999),
      ]),
    ).resolves.toEqual([
      'forebay; hit; ttl=100',
      'forebay; hit; ttl=90',
      'forebay; hit; ttl=81',
      'forebay; hit; ttl=100',
    ])
  })
})

describe('a response', () => {
  it('larger than maxBodyBytes is not stored, known beforehand or not', async () => {
    expect(await isStored({ ttl: '1m', maxBodyBytes: 4 }, { body: '1234' })).toBe(true)
    expect(await isStored({ ttl: '1m', maxBodyBytes: 4 }, { body: '12345' })).toBe(false)
    expect(await isStored({ ttl: '1m', maxBodyBytes: 4 }, { body: '12345', whole: true })).toBe(false)
    expect(await isStored({ ttl: '1m', maxBodyBytes: 4 }, { chunks: ['12', '345'] })).toBe(false)
    const stated = { chunks: ['12345'], fields: { 'content-length': '5' } }
    expect(await isStored({ ttl: '1m', maxBodyBytes: 4 }, stated)).toBe(false)
  })

  it.each<[string, FakeReply]>([
    ['was cut off', { chunks: ['a'], cut: true }],
    ['is shorter than it says', { chunks: ['a'], fields: { 'content-length': '2' } }],
    ['is longer than it says', { chunks: ['abc'], fields: { 'content-length': '2' } }],
    ['goes on after the length that it says', { chunks: ['ab', 'c'], fields: { 'content-length': '2' } }],
    ['has trailers', { body: 'a', trailers: true }],
    [
      'has trailers after the length that it says',
      { body: 'ab', fields: { 'content-length': '2' }, trailers: true },
    ],
    ['is a part', { status: 206, fields: { 'content-range': 'bytes 0-0/2' } }],
    ['is an event stream', { fields: { 'content-type': 'text/event-stream' } }],
  ])('that %s is not stored', async (_what, reply) => {
    expect(await isStored({ ttl: '1m' }, reply)).toBe(false)
  })

  it('that was cut off after its last byte is stored: the client has it all', async () => {
    expect(
      await isStored({ ttl: '1m' }, { chunks: ['ab'], fields: { 'content-length': '2' }, cut: true }),
    ).toBe(true)
  })

  it('is stored or not by the last word of `store`, which cannot overrule what forbids', async () => {
    expect(await isStored({ ttl: '1m', store: () => false })).toBe(false)
    expect(await isStored({ ttl: '1m', store: () => true }, { fields: { 'cache-control': 'private' } })).toBe(
      false,
    )
  })

  it('that sets a cookie is stored with it where that is asked for', async () => {
    const app = fakeApp(page({ fields: { 'set-cookie': ['a=1'] } }), { ttl: '1m', setCookie: 'store' })
    await app.get()
    expect((await app.get()).fields['set-cookie']).toEqual(['a=1'])
  })

  it('is stored without the cookies and fields that middleware outside has set', async () => {
    const app = fakeApp(page({ fields: { 'x-inner': '1' } }), { ttl: '1m' })
    await app.send({ outside: { 'set-cookie': 'a=1', 'x-outer': 'first' } })
    const hit = await app.send({ outside: { 'x-outer': 'second' } })
    expect(hit.body).toBe('run 1')
    expect(hit.fields).toMatchObject({ 'x-inner': '1', 'x-outer': 'second' })
    expect(hit.fields).not.toHaveProperty('set-cookie')
  })

  it('to a HEAD request stores nothing', async () => {
    const app = fakeApp(page(), { ttl: '1m' })
    await app.send({ method: 'HEAD' })
    expect((await app.get()).body).toBe('run 2')
  })
})

describe('what makes two requests the same', () => {
  const runsOf = async (
    options: FakeOptions,
    ...requests: readonly (readonly [string, Record<string, string>?])[]
  ): Promise<number> => {
    const app = fakeApp(page(), { ttl: '1m', cookies: 'ignore', ...options })
    for (const [url, headers] of requests) await app.get(url, headers)
    return app.runs
  }

  it('is the query, sorted, unless the key says otherwise', async () => {
    expect(await runsOf({}, ['/?a=1&b=2'], ['/?b=2&a=1'], ['/?a=1'])).toBe(2)
    expect(await runsOf({ key: { query: false } }, ['/?a=1'], ['/?a=2'], ['/'])).toBe(1)
    expect(await runsOf({ key: { query: ['a'] } }, ['/?a=1&x=1'], ['/?a=1&x=2'], ['/?a=2'])).toBe(2)
    expect(await runsOf({ key: { query: { ignore: ['x'] } } }, ['/?a=1&x=1'], ['/?a=1'], ['/?a=2'])).toBe(2)
  })

  it('are headers and cookies that are opted in', async () => {
    const lang = { key: { headers: ['Accept-Language'] } }
    expect(
      await runsOf(lang, ['/', { 'accept-language': 'de' }], ['/', { 'accept-language': 'fr' }], ['/']),
    ).toBe(3)
    const theme = { key: { cookies: ['theme'] } }
    const cookie = (value: string): [string, Record<string, string>] => ['/', { cookie: value }]
    expect(
      await runsOf(theme, cookie('theme=dark; id=1'), cookie('id=2; theme=dark'), cookie('theme=light')),
    ).toBe(2)
    expect(await runsOf(theme, cookie('xtheme=dark'), cookie('theme=dark'), cookie('theme="dark"'))).toBe(3)
  })

  it('is a function of the app’s, kept apart by route', async () => {
    const app = fakeApp(page(), { ttl: '1m', key: ({ headers }) => headers['x-key'] as string | undefined })
    const ask = (route: string, key?: string) =>
      app.send({ url: `/${Math.random()}`, route, headers: key === undefined ? {} : { 'x-key': key } })
    expect((await ask('/a', 'k')).body).toBe('run 1')
    expect((await ask('/a', 'k')).body).toBe('run 1')
    expect((await ask('/b', 'k')).body).toBe('run 2')
    expect((await ask('/a')).fields['cache-status']).toBe('forebay; fwd=bypass; detail=no-key')
  })
})

describe('guarded cookies', () => {
  it('are warned about once per route', async () => {
    const warn = vi.fn()
    const app = fakeApp(page(), { ttl: '1m', logger: { warn, error: vi.fn() } })
    for (const route of ['/a', '/a', '/b']) await app.send({ url: route, route, headers: { cookie: 'a=1' } })
    expect(warn).toHaveBeenCalledTimes(2)
    expect(warn.mock.calls[0]?.[0]).toMatch(/GET \/a.*cookies: 'ignore'/s)
  })

  it.each([{ 'cache-control': 'public' }, { 'cache-control': 's-maxage=60' }])(
    'do not matter where the response says %j',
    async (fields) => {
      const app = fakeApp(page({ fields }), { ttl: '1m' })
      await app.get('/', { cookie: 'a=1' })
      expect((await app.get('/', { cookie: 'a=2' })).body).toBe('run 1')
      expect((await app.get('/')).body).toBe('run 1')
    },
  )

  it('do not matter where they are ignored, or covered by key or partition', async () => {
    for (const options of [
      { cookies: 'ignore' },
      { preset: 'rfc', ttl: '1m' },
      { partition: () => 'all' },
    ] as const) {
      const app = fakeApp(page(), { ttl: '1m', ...options })
      await app.get('/', { cookie: 'a=1' })
      expect((await app.get('/', { cookie: 'a=2' })).body).toBe('run 1')
    }
  })
})
