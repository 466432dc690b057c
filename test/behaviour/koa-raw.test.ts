import type { Context } from 'koa'
import { describe, expect, it } from 'vitest'
import { responseCache } from '@forebay/koa'
import { koaVersions, serve } from '../harness/koa-server.ts'
import { askWire, handlerFields } from '../harness/wire-answer.ts'

const rawHandlers: Readonly<Record<string, (ctx: Context) => void>> = {
  'ctx.respond = false and writeHead': (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(203, { 'Content-Type': 'text/plain', 'X-Own': '1' })
    ctx.res.write('one ')
    ctx.res.end('two')
  },
  'ctx.respond = false and a late answer': (ctx) => {
    ctx.respond = false
    setTimeout(() => {
      ctx.res.statusCode = 200
      ctx.res.setHeader('Content-Type', 'text/plain')
      ctx.res.end('late')
    }, 10)
  },
  'an answer without telling Koa': (ctx) => {
    ctx.res.statusCode = 200
    ctx.res.end('ended')
  },
  'a head that leaves before the body': (ctx) => {
    ctx.status = 200
    ctx.type = 'text'
    ctx.flushHeaders()
    ctx.body = 'after the head'
  },
}

describe.each(koaVersions)('a handler that writes to the raw response in %s', (_name, Application) => {
  it.each(Object.entries(rawHandlers))('is recorded: %s', async (_how, handle) => {
    let runs = 0
    const app = new Application().use(responseCache({ ttl: '1m' })).use((ctx) => {
      runs++
      handle(ctx)
    })
    await using server = await serve(app)
    const miss = await askWire(server.url)
    const hit = await askWire(server.url)
    expect(runs).toBe(1)
    expect([hit.status, hit.body.toString()]).toEqual([miss.status, miss.body.toString()])
    expect(hit.headers['cache-status']).toContain('hit')
    const { 'content-length': length, ...fields } = handlerFields(hit)
    expect(length).toBe(String(miss.body.length))
    expect(handlerFields(miss)).toMatchObject(fields)
  })

  it('lets those who wait go on when it destroys the connection', async () => {
    let runs = 0
    const app = new Application().use(responseCache({ ttl: '1m' })).use(async (ctx) => {
      await new Promise((later) => setTimeout(later, 20))
      if (++runs === 1) {
        ctx.respond = false
        ctx.res.destroy()
      } else {
        ctx.body = 'second'
      }
    })
    app.silent = true
    await using server = await serve(app)
    const [first, second] = await Promise.allSettled([askWire(server.url), askWire(server.url)])
    expect(first.status).toBe('rejected')
    expect(second.status === 'fulfilled' && second.value.body.toString()).toBe('second')
  })
})

describe.each(koaVersions)('a handler that throws in %s', (_name, Application) => {
  it('is answered by Koa, never stored, and those who wait run on', async () => {
    let runs = 0
    const app = new Application().use(responseCache({ ttl: '1m' })).use(async (ctx) => {
      await new Promise((later) => setTimeout(later, 20))
      if (++runs === 1) ctx.throw(404, 'not yet')
      ctx.body = 'now'
    })
    await using server = await serve(app)
    const answers = await Promise.all([askWire(server.url), askWire(server.url), askWire(server.url)])
    const said = answers.map(({ status, body }) => `${status} ${body.toString()}`)
    expect(said.toSorted()).toEqual(['200 now', '200 now', '404 not yet'])
  })

  it('is answered with the stored response where that may stand in for an error, and the app hears of it', async () => {
    let fails = false
    const caching = responseCache({ ttl: '1m', staleIfError: '1h' })
    const app = new Application().use(caching).use((ctx) => {
      if (fails) throw new Error('the database is gone')
      ctx.body = 'stored'
    })
    const errors: string[] = []
    app.on('error', (error: Error) => errors.push(error.message))
    await using server = await serve(app)
    await askWire(server.url)
    await caching.cache.clear({ soft: true })
    fails = true
    const answer = await askWire(server.url)
    expect([answer.status, answer.body.toString()]).toEqual([200, 'stored'])
    expect(errors).toEqual(['the database is gone'])
  })
})
