/** What answers when the handler fails and a stale response may stand in for it (RFC 5861 §4). */
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** An app whose first answer is good, and whose later ones fail. */
function failing(options: FakeOptions, first: FakeReply = {}, then: FakeReply = { status: 500 }): FakeApp {
  let run = 0
  return fakeApp(() => {
    run++
    return run === 1 ? { body: 'good', ...first } : then
  }, options)
}

const sie: FakeOptions = { ttl: '1m', staleIfError: '10m' }

describe('a stale response in the place of an error', () => {
  it('tells its age, as every stored response that was not validated does', async () => {
    const app = failing(sie)
    await app.get()
    app.clock.advance(70_000)
    expect((await app.get()).fields).toMatchObject({
      age: '70',
      'cache-status': 'forebay; fwd=stale; fwd-status=500; ttl=-10; detail=stale-if-error',
    })
  })

  it('leaves nothing of the failed response, and everything of what stands outside', async () => {
    const outside = { 'x-id': '7', 'x-both': 'outer', 'set-cookie': ['a=1', 'b=2'] }
    const app = failing(sie, {}, { status: 500, fields: { 'x-error': '1', 'x-both': 'failed' }, body: 'bad' })
    await app.get()
    app.clock.advance(61_000)
    const answer = await app.send({ outside })
    expect(answer).toMatchObject({ status: 200, body: 'good', fields: outside })
    expect(answer.fields).not.toHaveProperty('x-error')
  })

  it('is none where no window was granted, fresh or softly invalidated as it may be', async () => {
    const app = failing({ ttl: '1m' })
    await app.get()
    await app.cache.clear({ soft: true })
    expect((await app.get()).status).toBe(500)
  })

  it('is none for a client that insists on a validated response, unless there is a window', async () => {
    for (const [staleIfError, status] of [
      [0, 500],
      ['1m', 200],
    ] as const) {
      const app = failing({ ttl: '1m', requestDirectives: 'honor', staleIfError })
      await app.get()
      expect((await app.get('/', { 'cache-control': 'no-cache' })).status).toBe(status)
    }
  })

  it('may be asked for by the client, where clients are heard', async () => {
    const headers = { 'cache-control': 'stale-if-error=30' }
    const first = { fields: { etag: '"1"' } }
    const statusAfter = async (options: FakeOptions, seconds: number): Promise<number> => {
      const app = failing({ ttl: '1m', ...options }, first)
      await app.get()
      app.clock.advance(60_000 + seconds * 1_000)
      return (await app.get('/', headers)).status
    }
    expect(await statusAfter({ requestDirectives: 'honor' }, 29)).toBe(200)
    expect(await statusAfter({ requestDirectives: 'honor' }, 30)).toBe(500)
    expect(await statusAfter({ requestDirectives: 'honor', staleIfError: '1h' }, 30)).toBe(500)
    expect(await statusAfter({}, 29)).toBe(500)
  })

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'])(
    'is forbidden by %s, whatever the client asks',
    async (directive) => {
      const fields = { 'cache-control': `max-age=60, stale-if-error=600, ${directive}`, etag: '"1"' }
      const app = failing({ requestDirectives: 'honor', staleIfError: '10m' }, { fields })
      await app.get()
      app.clock.advance(61_000)
      expect((await app.get('/', { 'cache-control': 'stale-if-error=600' })).status).toBe(500)
    },
  )

  it('answers all who waited for the run that failed', async () => {
    let fail = (_reply: FakeReply): void => undefined
    const app = failing(sie)
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => new Promise((resolve) => (fail = resolve))
    const answers = Array.from({ length: 20 }, () => app.get())
    await settled()
    fail({ status: 503 })
    const all = await Promise.all(answers)
    expect(all.every(({ status, body }) => status === 200 && body === 'good')).toBe(true)
    expect(app.runs).toBe(2)
    expect(all[1]?.fields['cache-status']).toBe(
      'forebay; fwd=stale; fwd-status=503; ttl=-1; collapsed; detail=stale-if-error',
    )
    expect(all[1]?.fields['age']).toBe('61')
  })

  it('answers ranges and conditions as a hit does', async () => {
    const app = failing(sie, { fields: { etag: '"1"' } })
    await app.get()
    app.clock.advance(61_000)
    expect(await app.get('/', { range: 'bytes=1-2' })).toMatchObject({ status: 206, body: 'oo' })
    expect(await app.get('/', { 'if-none-match': '"1"' })).toMatchObject({ status: 304, body: '' })
    expect(await app.send({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })
})
