/** What the most used response cache of Node got wrong, each as a test of this one. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { reply, shares, sharesItself, ttl } from './attack-app.ts'
import { fakeApp } from './fake-app.ts'

describe('apicache 1.6', () => {
  it('answered a POST by what a GET had stored', async () => {
    const app = fakeApp(reply(), ttl)
    await app.get()
    expect(await app.send({ method: 'POST' })).toMatchObject({ body: 'run 2' })
  })

  it.each([
    { 'x-apicache-bypass': 'true' },
    { 'x-apicache-force-fetch': 'true' },
    { 'cache-control': 'no-cache' },
    { pragma: 'no-cache' },
  ])('let any client pass it by: %j', async (headers) => {
    const app = fakeApp(reply(), ttl)
    expect(
      await shares(
        app,
        () => app.get(),
        () => app.get('/', headers),
      ),
    ).toBe(true)
  })

  it('stored what failed', async () => {
    const app = fakeApp(reply({}, { status: 500 }), ttl)
    expect(await sharesItself(app)).toBe(false)
  })

  it('ignored Vary', async () => {
    const app = fakeApp(
      ({ headers }) => ({ fields: { vary: 'Accept-Language' }, body: String(headers['accept-language']) }),
      ttl,
    )
    await app.get('/', { 'accept-language': 'de' })
    expect((await app.get('/', { 'accept-language': 'en' })).body).toBe('en')
    expect((await app.get()).body).toBe('undefined')
  })

  it('ran 50 handlers for 50 misses at once', async () => {
    const app = fakeApp(async () => {
      await Promise.resolve()
      return { body: 'page' }
    }, ttl)
    await Promise.all(Array.from({ length: 50 }, () => app.get()))
    expect(app.runs).toBe(1)
  })

  it('sent compressed content to clients that cannot read it', async () => {
    const packed = gzipSync('page').toString('latin1')
    const app = fakeApp(
      ({ headers }) =>
        headers['accept-encoding'] === 'gzip'
          ? { fields: { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body: packed }
          : { fields: { vary: 'Accept-Encoding' }, body: 'page' },
      ttl,
    )
    await app.get('/', { 'accept-encoding': 'gzip' })
    for (const headers of [{}, { 'accept-encoding': 'br' }, { 'accept-encoding': '' }]) {
      const answer = await app.get('/', headers)
      expect(answer.body).toBe('page')
      expect(answer.fields).not.toHaveProperty('content-encoding')
    }
  })
})
