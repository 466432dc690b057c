import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeReply } from './fake-app.ts'

const page = (options: object, reply: FakeReply = {}): FakeApp => {
  let run = 0
  return fakeApp(() => ({ body: `run ${++run}`, ...reply }), options)
}

describe('what a client asks', () => {
  it.each(['no-cache', 'no-store', 'max-age=0', 'only-if-cached'])(
    '%s is not heard in safe',
    async (cacheControl) => {
      const app = page({ ttl: '1m' })
      await app.get()
      expect((await app.get('/', { 'cache-control': cacheControl, pragma: 'no-cache' })).body).toBe('run 1')
    },
  )

  const rfc = { preset: 'rfc', ttl: '1m' } as const

  it.each([{ 'cache-control': 'no-cache' }, { pragma: 'no-cache' }, { 'cache-control': 'max-age=0' }])(
    '%j is heard in rfc',
    async (headers) => {
      const app = page(rfc)
      await app.get()
      app.clock.advance(1_000)
      expect(await app.get('/', headers)).toMatchObject({
        body: 'run 2',
        fields: { 'cache-status': expect.stringContaining('fwd=request') },
      })
      expect((await app.get()).body).toBe('run 2')
    },
  )

  it('only-if-cached is answered 504 where nothing is stored', async () => {
    const app = page(rfc)
    const headers = { 'cache-control': 'only-if-cached' }
    expect(await app.get('/', headers)).toMatchObject({
      status: 504,
      fields: { 'cache-status': expect.stringContaining('detail=only-if-cached') },
    })
    expect(app.runs).toBe(0)
    await app.get()
    expect((await app.get('/', headers)).body).toBe('run 1')
  })

  it('no-store stores nothing', async () => {
    const app = page(rfc)
    await app.get('/', { 'cache-control': 'no-store' })
    expect((await app.get()).body).toBe('run 2')
  })

  it('max-stale accepts what min-fresh and max-age do not', async () => {
    const app = page(rfc, { fields: { 'cache-control': 'max-age=60' } })
    await app.get()
    app.clock.advance(70_000)
    expect((await app.get('/', { 'cache-control': 'max-stale=20' })).body).toBe('run 1')
    expect((await app.get('/', { 'cache-control': 'max-stale=5' })).body).toBe('run 2')
    expect((await app.get('/', { 'cache-control': 'min-fresh=100' })).body).toBe('run 3')
  })

  it('max-stale does not accept what must be validated', async () => {
    const app = page(rfc, { fields: { 'cache-control': 'max-age=60, must-revalidate' } })
    await app.get()
    app.clock.advance(70_000)
    expect((await app.get('/', { 'cache-control': 'max-stale' })).body).toBe('run 2')
  })
})

describe('the presets', () => {
  it('differ in heuristic freshness', async () => {
    const reply = { fields: { 'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT' } }
    for (const [preset, runs] of [
      ['safe', 2],
      ['rfc', 1],
    ] as const) {
      const app = page({ preset }, reply)
      await app.get()
      await app.get()
      expect(app.runs).toBe(runs)
    }
  })

  it('differ in targeted fields', async () => {
    const reply = { fields: { 'cdn-cache-control': 'max-age=60', 'cache-control': 'no-store' } }
    for (const [options, runs] of [
      [{}, 2],
      [{ preset: 'rfc' }, 1],
      [{ targets: ['CDN-Cache-Control'] }, 1],
      [{ preset: 'rfc', targets: [] }, 2],
    ] as const) {
      const app = page(options, reply)
      await app.get()
      await app.get()
      expect(app.runs).toBe(runs)
    }
  })

  it('differ in cookies that handlers set, and in cookies of clients', async () => {
    for (const [preset, runs] of [
      ['safe', 2],
      ['rfc', 1],
    ] as const) {
      const setting = page({ preset, ttl: '1m' }, { fields: { 'set-cookie': 'a=1' } })
      for (const _ of [1, 2]) await setting.get()
      expect(setting.runs).toBe(runs)
      const bringing = page({ preset, ttl: '1m', logger: { warn: () => undefined, error: () => undefined } })
      for (const _ of [1, 2]) await bringing.get('/', { cookie: 'a=1' })
      expect(bringing.runs).toBe(runs)
    }
  })
})

describe('variants', () => {
  it('are kept side by side', async () => {
    const app = fakeApp(
      ({ headers }) => ({ body: String(headers['accept-language']), fields: { vary: 'accept-language' } }),
      { ttl: '1m' },
    )
    for (const _ of [1, 2]) {
      for (const language of ['fr', 'de', 'FR']) {
        expect((await app.get('/', { 'accept-language': language })).body.toLowerCase()).toBe(
          language.toLowerCase(),
        )
      }
      expect((await app.get('/')).body).toBe('undefined')
    }
    expect(app.runs).toBe(3)
    expect((await app.get('/', { 'accept-language': 'it' })).fields['cache-status']).toBe(
      'forebay; fwd=vary-miss; stored',
    )
  })

  it('may vary by other fields than before', async () => {
    const app = fakeApp(
      ({ headers }) => ({
        body: `${String(headers['x-a'])}${String(headers['x-b'])}`,
        fields: { vary: headers['x-a'] === '1' ? 'x-a' : 'x-a, x-b' },
      }),
      { ttl: '1m' },
    )
    const ask = async (a: string, b: string) => (await app.get('/', { 'x-a': a, 'x-b': b })).body
    expect(await ask('1', '1')).toBe('11')
    expect(await ask('1', '2')).toBe('11')
    expect(await ask('2', '1')).toBe('21')
    expect(await ask('2', '2')).toBe('22')
    expect(await ask('2', '1')).toBe('21')
    expect(await ask('1', '3')).toBe('11')
  })

  it('end together with an invalidation, and singly', async () => {
    const app = fakeApp(
      ({ headers }) => ({
        body: String(headers['x-a']),
        fields: { vary: 'x-a', 'cache-tag': String(headers['x-a']) },
      }),
      { ttl: '1m' },
    )
    for (const value of ['1', '2']) await app.get('/', { 'x-a': value })
    await app.cache.invalidateTags('1')
    expect((await app.get('/', { 'x-a': '2' })).fields['cache-status']).toContain('; hit')
    expect((await app.get('/', { 'x-a': '1' })).fields['cache-status']).toContain('fwd=')
    await app.cache.invalidateUrl('/')
    for (const value of ['1', '2'])
      expect((await app.get('/', { 'x-a': value })).fields['cache-status']).toContain('fwd=')
  })

  it('of a response that no longer varies give way to it', async () => {
    let varies = true
    const app = fakeApp(() => ({ body: String(varies), fields: varies ? { vary: 'x-a' } : {} }), {
      ttl: '1m',
    })
    await app.get('/', { 'x-a': '1' })
    varies = false
    expect((await app.get('/', { 'x-a': '2' })).body).toBe('false')
    expect((await app.get('/', { 'x-a': '3' })).body).toBe('false')
    expect(app.runs).toBe(2)
  })
})
