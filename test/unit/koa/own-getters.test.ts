import type { Context } from 'koa'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { rateLimit, responseCache, type RateLimitState } from '@forebay/koa'
import { koaVersions } from '../../harness/koa-server.ts'

describe.each(koaVersions)(
  'an app that has getters of its own on the context of %s',
  (_name, Application) => {
    it('is counted by the address that it sees', async () => {
      const app = new Application()
      Object.defineProperty(app.context, 'ip', { get: (): string => '192.0.2.7' })
      app.use(rateLimit({ limit: 1, window: '1m' })).use((ctx: Context) => {
        ctx.body = (ctx.state as RateLimitState).rateLimit?.key
      })
      expect((await request(app.callback()).get('/')).text).toBe('192.0.2.7')
    })

    it('is cached apart by the host and the scheme that it sees', async () => {
      const app = new Application()
      let tenant = 'one.example'
      let scheme = 'http'
      Object.defineProperty(app.context, 'host', { get: (): string => tenant })
      Object.defineProperty(app.context, 'protocol', { get: (): string => scheme })
      app.use(responseCache({ ttl: '1m' })).use((ctx: Context) => {
        ctx.body = `${ctx.protocol}://${ctx.host}`
      })
      const server = app.callback()
      expect((await request(server).get('/')).text).toBe('http://one.example')
      tenant = 'two.example'
      expect((await request(server).get('/')).text).toBe('http://two.example')
      scheme = 'https'
      expect((await request(server).get('/')).text).toBe('https://two.example')
      tenant = 'one.example'
      scheme = 'http'
      const again = await request(server).get('/')
      expect(again.text).toBe('http://one.example')
      expect(again.headers['cache-status']).toContain('hit')
    })
  },
)
