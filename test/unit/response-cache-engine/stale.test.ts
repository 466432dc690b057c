import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** An app whose page says how often it was made, and what else `reply` says. */
function page(options: FakeOptions, reply: (run: number) => FakeReply = () => ({})): FakeApp {
  let run = 0
  return fakeApp(() => {
    run++
    return { body: `run ${run}`, ...reply(run) }
  }, options)
}

const swr: FakeOptions = { ttl: '1m', staleWhileRevalidate: '10m' }

describe('stale while revalidate', () => {
  it('answers at once, and is refreshed in the background once', async () => {
    const app = page(swr)
    await app.get()
    app.clock.advance(64_000)
    const stale = await app.get()
    expect(stale.body).toBe('run 1')
    expect(stale.fields).toMatchObject({
      age: '64',
      'cache-status': 'forebay; hit; ttl=-4; detail=stale-while-revalidate',
    })
    await settled()
    expect((await app.get()).body).toBe('run 2')
    expect(app.seen.map(({ isRefresh }) => isRefresh)).toEqual([false, true])
    expect(app.cache.stats()).toMatchObject({ refreshes: 1, stale: 1 })
  })

  it('refreshes once however many ask meanwhile', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((open) => (release = open))
    let run = 0
    const app = fakeApp(async ({ isRefresh }) => {
      if (isRefresh) await gate
      return { body: `run ${++run}` }
    }, swr)
    await app.get()
    app.clock.advance(61_000)
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.get()))
    expect(answers.every(({ body }) => body === 'run 1')).toBe(true)
    release()
    await settled()
    expect(app.runs).toBe(2)
    expect((await app.get()).body).toBe('run 2')
  })

  it('ends with its window', async () => {
    const app = page(swr)
    await app.get()
    app.clock.advance(660_000)
    expect((await app.get()).body).toBe('run 2')
  })

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60'])('is forbidden by %s', async (directive) => {
    const app = page(swr, () => ({ fields: { 'cache-control': `max-age=60, ${directive}` } }))
    await app.get()
    app.clock.advance(61_000)
    expect((await app.get()).body).toBe('run 2')
  })

  it('is what the response says before what the option says', async () => {
    const app = page(swr, () => ({ fields: { 'cache-control': 'max-age=60, stale-while-revalidate=5' } }))
    await app.get()
    app.clock.advance(65_000)
    expect((await app.get()).body).toBe('run 2')
  })

  it.each([404, 410])('a refresh that yields %i replaces', async (status) => {
    const app = page(swr, (run) => (run > 1 ? { status, body: 'gone' } : {}))
    await app.get()
    app.clock.advance(61_000)
    await app.get()
    await settled()
    expect(await app.get()).toMatchObject({ status, body: 'gone' })
  })

  it.each([500, 503])(
    'a refresh that yields %i keeps the stale response until its window ends',
    async (status) => {
      const app = page(swr, (run) => (run > 1 ? { status } : {}))
      await app.get()
      for (let minute = 1; minute < 10; minute++) {
        app.clock.advance(60_000)
        expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
        await settled()
      }
      app.clock.advance(120_000)
      expect((await app.get()).status).toBe(status)
    },
  )

  it('a refresh that throws keeps it too, and rejects nowhere', async () => {
    const app = page(swr, (run) => {
      if (run > 1) throw new Error('a bug')
      return {}
    })
    await app.get()
    app.clock.advance(61_000)
    expect((await app.get()).body).toBe('run 1')
    await settled()
    app.clock.advance(5_000)
    expect((await app.get()).body).toBe('run 1')
  })

  it('refreshes by validators, without the client’s own conditions', async () => {
    const app = page(swr, () => ({ fields: { etag: '"v1"' } }))
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ status: 304, fields: { etag: '"v1"' } })
    expect((await app.get('/', { 'if-none-match': '"v1"', range: 'bytes=0-1' })).status).toBe(304)
    await settled()
    expect(app.seen.at(-1)?.headers).toMatchObject({ 'if-none-match': '"v1"' })
    expect(app.seen.at(-1)?.headers).not.toHaveProperty('range')
    expect((await app.get()).fields['cache-status']).toBe('forebay; hit; ttl=60')
  })

  it('is done in the foreground where the app cannot be dispatched into', async () => {
    const app = page(swr)
    app.redispatches = false
    await app.get()
    app.clock.advance(61_000)
    expect((await app.get()).body).toBe('run 2')
  })

  it('close() waits for what runs, and begins no more', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((open) => (release = open))
    const app = fakeApp(async ({ isRefresh }) => {
      if (isRefresh) await gate
      return { body: 'page' }
    }, swr)
    await app.get()
    app.clock.advance(61_000)
    await app.get()
    let isClosed = false
    const closing = app.cache.close().then(() => (isClosed = true))
    await settled()
    expect(isClosed).toBe(false)
    release()
    await closing
    expect(isClosed).toBe(true)
  })

  it('gives a refresh up that does not end', async () => {
    const app = fakeApp(({ isRefresh }) => (isRefresh ? new Promise(() => undefined) : { body: 'page' }), swr)
    await app.get()
    app.clock.advance(61_000)
    await app.get()
    app.clock.advance(30_000)
    await app.cache.close()
  })
})

describe('stale if error', () => {
  it.each([500, 502, 503, 504])('answers for a %i', async (status) => {
    const app = page({ ttl: '1m', staleIfError: '10m' }, (run) => (run > 1 ? { status } : {}))
    await app.get()
    app.clock.advance(61_000)
    const stale = await app.get()
    expect(stale).toMatchObject({ status: 200, body: 'run 1' })
    expect(stale.fields['cache-status']).toBe(
      `forebay; fwd=stale; fwd-status=${status}; ttl=-1; detail=stale-if-error`,
    )
    app.clock.advance(600_000)
    expect((await app.get()).status).toBe(status)
  })

  it.each([400, 404, 501])('does not for a %i', async (status) => {
    const app = page({ ttl: '1m', staleIfError: '10m' }, (run) => (run > 1 ? { status } : {}))
    await app.get()
    app.clock.advance(61_000)
    expect((await app.get()).status).toBe(status)
  })

  it('is not done unasked, but in rfc', async () => {
    const failing = (run: number): FakeReply =>
      run > 1 ? { status: 500 } : { fields: { 'cache-control': 'max-age=60', etag: '"v1"' } }
    const safe = page({}, failing)
    await safe.get()
    safe.clock.advance(61_000)
    expect((await safe.get()).status).toBe(500)
    const rfc = page({ preset: 'rfc' }, failing)
    await rfc.get()
    rfc.clock.advance(61_000)
    expect((await rfc.get()).status).toBe(200)
  })

  it('is beaten by a purge', async () => {
    let finish = (_reply: FakeReply): void => undefined
    const app = fakeApp(() => ({ body: 'run 1' }), { ttl: '1m', staleIfError: '10m' })
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => new Promise((resolve) => (finish = resolve))
    const answer = app.get()
    await settled()
    await app.cache.clear()
    finish({ status: 500 })
    expect((await answer).status).toBe(500)
  })
})

describe('early refresh', () => {
  it('is likelier the sooner a response ends, and off at 0', async () => {
    const refreshesAt = async (earlyRefresh: number, leftMs: number): Promise<number> => {
      let wait = 2_000
      const app = fakeApp(
        () => {
          app.clock.advance(wait)
          wait = 0
          return { body: 'page' }
        },
        { ttl: '1m', earlyRefresh },
      )
      await app.get()
      app.clock.advance(60_000 - leftMs)
      await app.get()
      return app.cache.stats().refreshes
    }
    // Drawn at 0.5: −ln(0.5) × 2 s is 1386 ms.
    expect(await refreshesAt(1, 1_380)).toBe(1)
    expect(await refreshesAt(1, 1_390)).toBe(0)
    expect(await refreshesAt(2, 2_770)).toBe(1)
    expect(await refreshesAt(0, 1)).toBe(0)
  })
})
