import type Koa from 'koa'
import type { Context, Next } from 'koa'
import request, { type Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import { koaVersions } from '../../harness/koa-server.ts'
import { keepFieldsOnError } from '../../../packages/koa/src/kept-fields.ts'

describe.each(koaVersions)('fields of a limiter when the handler throws in %s', (_name, Application) => {
  let requests = 0

  function appThatThrows(thrown: () => unknown): Koa {
    const app = new Application()
    app.silent = true
    app.use((ctx: Context, next: Next) => {
      ctx.set('X-RateLimit-Remaining', String(++requests))
      ctx.set('X-Request-Id', 'gone')
      keepFieldsOnError(ctx)
      // As a second limiter does.
      keepFieldsOnError(ctx)
      return next()
    })
    app.use(() => {
      throw thrown()
    })
    return app
  }

  async function answerTo(thrown: () => unknown): Promise<Response> {
    requests = 6
    return await request(appThatThrows(thrown).callback()).get('/')
  }

  it('survive ctx.throw, alone among the fields', async () => {
    const app = appThatThrows(() => Object.assign(new Error('no tea'), { status: 418, expose: true }))
    requests = 6
    const answer = await request(app.callback()).get('/')
    expect([answer.status, answer.text]).toEqual([418, 'no tea'])
    expect(answer.headers['x-ratelimit-remaining']).toBe('7')
    expect(answer.headers).not.toHaveProperty('x-request-id')
  })

  it('survive what is not an Error', async () => {
    for (const thrown of ['text', 42, { status: 400 }]) {
      const answer = await answerTo(() => thrown)
      expect([answer.status, answer.headers['x-ratelimit-remaining']]).toEqual([500, '7'])
    }
  })

  it('survive an error that nothing can be written on', async () => {
    for (const close of [Object.freeze, Object.seal, Object.preventExtensions]) {
      const thrown = Object.assign(new Error('x'), { status: 409, headers: { 'X-Mine': 'kept' } })
      const answer = await answerTo(() => close(thrown))
      expect([answer.status, answer.headers['x-ratelimit-remaining']]).toEqual([409, '7'])
      expect(answer.headers['x-mine']).toBe('kept')
    }
  })

  it('stand back behind what the error brings itself', async () => {
    const thrown = Object.assign(new Error('x'), {
      headers: { 'X-RATELIMIT-Remaining': 'mine', 'Retry-After': '9' },
    })
    const answer = await answerTo(() => thrown)
    expect(answer.headers).toMatchObject({ 'x-ratelimit-remaining': 'mine', 'retry-after': '9' })
  })

  it('do not stay on an error object that is thrown again', async () => {
    const shared = Object.assign(new Error('x'), { status: 404 })
    const app = appThatThrows(() => shared)
    requests = 0
    const agent = request(app.callback())
    const answers = [await agent.get('/'), await agent.get('/')]
    expect(answers.map(({ headers }) => headers['x-ratelimit-remaining'])).toEqual(['1', '2'])
    expect(shared).not.toHaveProperty('headers')
  })

  it('leave the error to the app as it was thrown', async () => {
    const thrown = new Error('x')
    const app = appThatThrows(() => thrown)
    const heard: unknown[] = []
    app.on('error', (error) => heard.push(error))
    await request(app.callback()).get('/')
    expect(heard).toEqual([thrown])
    expect(heard[0]).toBe(thrown)
  })

  it("go through the app's own error handler of the context", async () => {
    const app = appThatThrows(() => new Error('x'))
    app.context.onerror = function (this: Context, error: Error | null) {
      if (error === null || error === undefined) return
      const { headers } = error as { readonly headers?: Record<string, string> }
      this.res.writeHead(503, headers).end()
    }
    requests = 6
    const answer = await request(app.callback()).get('/')
    expect([answer.status, answer.headers['x-ratelimit-remaining']]).toEqual([503, '7'])
  })
})
