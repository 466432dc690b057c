import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply } from './fake-app.ts'

/** An app whose page says how often it was made, and what else `reply` says. */
function page(options: FakeOptions, reply: (run: number) => FakeReply = () => ({})): FakeApp {
  let run = 0
  return fakeApp(() => {
    run++
    return { body: `run ${run}`, ...reply(run) }
  }, options)
}

describe('validation', () => {
  const etagged = (options: FakeOptions = { ttl: '1m' }): FakeApp =>
    page(options, () => ({ fields: { etag: '"v1"', 'x-old': '1', 'content-type': 'text/plain' } }))

  it('shows the handler the cache’s validators, and the client what it asked for', async () => {
    const app = etagged()
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ status: 304, fields: { 'x-old': '2', 'content-type': 'text/html' } })
    const answer = await app.get('/', { 'if-none-match': '"mine"' })
    expect(app.seen.at(-1)?.headers['if-none-match']).toBe('"v1"')
    expect(answer).toMatchObject({ status: 200, body: 'run 1' })
    expect(answer.fields).toMatchObject({
      'x-old': '2',
      'content-type': 'text/html',
      'cache-status': 'forebay; fwd=stale; fwd-status=304',
    })
    expect((await app.get()).fields).toMatchObject({ 'x-old': '2', 'cache-status': 'forebay; hit; ttl=60' })
  })

  it('answers 304 a client that has it already', async () => {
    const app = etagged()
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ status: 304 })
    expect(await app.get('/', { 'if-none-match': '"v1"' })).toMatchObject({ status: 304, body: '' })
  })

  it.each(['no-store', 'private'])('ends what a 304 says is %s', async (directive) => {
    const app = etagged()
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ status: 304, fields: { 'cache-control': directive } })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
    app.handler = () => ({ body: 'new' })
    expect((await app.get()).body).toBe('new')
    expect(app.seen.at(-1)?.headers).not.toHaveProperty('if-none-match')
  })

  it('by a 304 that tells of another response changes nothing, and validates no more', async () => {
    const app = etagged()
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ status: 304, fields: { etag: '"v2"', 'x-old': '2' } })
    expect(await app.get()).toMatchObject({ status: 200, fields: { etag: '"v1"', 'x-old': '1' } })
    app.handler = () => ({ fields: { etag: '"v2"' }, body: 'new' })
    expect((await app.get()).body).toBe('new')
    expect(app.seen.at(-1)?.headers).not.toHaveProperty('if-none-match')
  })

  it('gives the client the whole response also where an option function fails at the 304', async () => {
    let fails = false
    const tags = (): string[] => {
      if (fails) throw new Error('a bug')
      return ['tag']
    }
    const app = etagged({ ttl: '1m', tags, logger: { warn: () => {}, error: () => {} } })
    await app.get()
    app.clock.advance(61_000)
    fails = true
    app.handler = () => ({ status: 304 })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
  })

  it('of a no-cache response happens at every use', async () => {
    const app = page({}, () => ({ fields: { 'cache-control': 'no-cache', etag: '"v1"' } }))
    await app.get()
    app.handler = () => ({ status: 304 })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
    expect(app.runs).toBe(3)
  })

  it('hides the client’s conditions from a handler whose whole response is wanted, and gives them back', async () => {
    const app = etagged()
    const exchange = app.exchange({ headers: { 'if-none-match': '"v1"', range: 'bytes=0-2' } })
    const answer = await app.finish(exchange, await app.handle(exchange))
    expect(app.seen[0]?.headers).toEqual({})
    expect(exchange.requestFields).toEqual({ 'if-none-match': '"v1"', range: 'bytes=0-2' })
    expect(answer.status).toBe(304)
    expect((await app.get()).body).toBe('run 1')
  })

  it('answers a range of a miss from the whole that is stored', async () => {
    const app = page({ ttl: '1m' }, () => ({ fields: { 'content-length': '5' } }))
    expect(await app.get('/', { range: 'bytes=0-2' })).toMatchObject({
      status: 206,
      body: 'run',
      fields: { 'content-range': 'bytes 0-2/5', 'content-length': '3' },
    })
    expect(await app.get('/', { range: 'bytes=9-' })).toMatchObject({
      status: 416,
      body: '',
      fields: { 'content-range': 'bytes */5' },
    })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 1' })
  })

  it('lets a handler’s own 206 pass, which never fills the whole', async () => {
    const app = page({ ttl: '1m' }, (run) =>
      run === 2 ? { status: 206, fields: { 'content-range': 'bytes 0-1/5' }, body: 'ru' } : {},
    )
    await app.get('/other')
    expect(await app.get('/', { range: 'bytes=0-1' })).toMatchObject({ status: 206, body: 'ru' })
    expect(await app.get()).toMatchObject({ status: 200, body: 'run 3' })
  })

  it('by HEAD brings the stored response up to date, or ends it', async () => {
    const app = etagged()
    await app.get()
    app.clock.advance(61_000)
    app.handler = () => ({ fields: { etag: '"v1"', 'x-old': '3' } })
    await app.send({ method: 'HEAD' })
    expect((await app.get()).fields).toMatchObject({ 'x-old': '3', 'cache-status': 'forebay; hit; ttl=60' })
    app.clock.advance(61_000)
    app.handler = () => ({ fields: { etag: '"v2"' }, body: 'new' })
    await app.send({ method: 'HEAD' })
    expect((await app.get()).body).toBe('new')
  })
})
