/** What a 304 from the handler makes of the stored response, and of the client's answer (RFC 9111 §4.3.4). */
import { describe, expect, it } from 'vitest'
import { fakeApp, type FakeApp, type FakeOptions, type FakeReply, type FakeRequest } from './fake-app.ts'

/** A page that is validated from the second time on. */
function validating(options: FakeOptions, first: FakeReply = {}, then: FakeReply = {}): FakeApp {
  let run = 0
  return fakeApp(() => {
    run++
    return run === 1
      ? { body: 'page', ...first, fields: { etag: '"1"', ...first.fields } }
      : { status: 304, ...then }
  }, options)
}

describe('a validated response', () => {
  it('keeps the lifetime that middleware outside states for it', async () => {
    const outside = { 'cache-control': 'max-age=60' }
    const app = validating({})
    await app.send({ outside })
    for (let time = 0; time < 3; time++) {
      app.clock.advance(61_000)
      expect(await app.send({ outside })).toMatchObject({ status: 200, body: 'page' })
      expect((await app.send({ outside })).fields['cache-status']).toBe('forebay; hit; ttl=60')
    }
    expect(app.runs).toBe(4)
  })

  it('stays a variant by what middleware outside says it varies by', async () => {
    const ask = (origin: string): FakeRequest => ({ headers: { origin }, outside: { vary: 'Origin' } })
    const app = validating({ ttl: '1m' })
    await app.send(ask('a'))
    app.clock.advance(61_000)
    await app.send(ask('a'))
    expect((await app.send(ask('a'))).fields['cache-status']).toContain('; hit')
    expect((await app.send(ask('b'))).fields['cache-status']).toContain('fwd=vary-miss')
  })

  it('is as old as the 304 says', async () => {
    const fields = { 'cache-control': 'max-age=60' }
    const app = validating({}, { fields }, { fields: { age: '50' } })
    await app.get()
    app.clock.advance(61_000)
    await app.get()
    expect((await app.get()).fields).toMatchObject({ age: '50', 'cache-status': 'forebay; hit; ttl=10' })
  })

  it('brings the client the cookie that is set with the 304, and nobody else', async () => {
    const app = validating({ ttl: '1m' }, {}, { fields: { 'set-cookie': ['id=2'] } })
    await app.get()
    app.clock.advance(61_000)
    const answer = await app.send({ outside: { 'set-cookie': ['outer=1'] } })
    expect(answer).toMatchObject({ status: 200, body: 'page' })
    expect(answer.fields['set-cookie']).toEqual(['id=2'])
    const hit = await app.get()
    expect(hit.fields['cache-status']).toContain('; hit')
    expect(hit.fields).not.toHaveProperty('set-cookie')
  })

  it('leaves the fields of middleware outside alone', async () => {
    const outside = { 'x-id': '7', 'set-cookie': ['a=1', 'b=2'], vary: 'Origin' }
    const app = validating({ ttl: '1m' })
    await app.send({ outside: { vary: 'Origin' } })
    app.clock.advance(61_000)
    expect((await app.send({ outside })).fields).toMatchObject(outside)
  })
})
