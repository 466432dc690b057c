/** Servers whose handler takes 50 ms and tells how often it has run, behind each cache that answers whole responses. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import apicache from 'apicache'
import express, { type RequestHandler } from 'express'
import Fastify from 'fastify'
import { responseCache } from '@forebay/express'
import { responseCache as fastifyResponseCache } from '@forebay/fastify'
import { responseCache as koaResponseCache } from '@forebay/koa'
import Koa, { type Middleware } from 'koa'
import koaCash from 'koa-cash'
import { LRUCache } from 'lru-cache'
import { listening } from './listening.ts'

export interface StampedeContestant {
  readonly name: string
  serve(): Promise<Server>
}

const handlerMs = 50

function slowHandler(): () => Promise<{ readonly run: number }> {
  let runs = 0
  return async () => {
    const run = ++runs
    await sleep(handlerMs)
    return { run }
  }
}

function onExpress(name: string, cache?: () => RequestHandler): StampedeContestant {
  return {
    name: `${name}, express`,
    serve() {
      const handler = slowHandler()
      const app = express()
      if (cache) app.use(cache())
      app.get('/', async (_req, res) => {
        res.json(await handler())
      })
      return listening(app)
    },
  }
}

function onKoa(name: string, cache: () => Middleware, asks: boolean): StampedeContestant {
  return {
    name: `${name}, koa`,
    serve() {
      const handler = slowHandler()
      const app = new Koa()
      app.use(cache())
      app.use(async (ctx) => {
        // koa-cash answers only where the handler asks it.
        const { cashed } = ctx as unknown as { cashed(): Promise<boolean> }
        if (asks && (await cashed())) return
        ctx.body = await handler()
      })
      return listening(app.callback())
    },
  }
}

const onFastify: StampedeContestant = {
  name: 'forebay, fastify',
  async serve() {
    const handler = slowHandler()
    const app = Fastify()
    await app.register(fastifyResponseCache, { ttl: '1h' })
    app.get('/', async () => await handler())
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server
  },
}

function cash(): Middleware {
  const stored = new LRUCache<string, object>({ max: 1_000 })
  return koaCash({
    get: (key: string) => stored.get(key),
    set: (key: string, value: object) => {
      stored.set(key, value)
    },
  }) as unknown as Middleware
}

export const stampedeContestants: readonly StampedeContestant[] = [
  onExpress('bare'),
  onExpress('forebay', () => responseCache({ ttl: '1h' })),
  onFastify,
  onKoa('forebay', () => koaResponseCache({ ttl: '1h' }), false),
  onExpress('apicache', () => apicache.middleware('1 hour')),
  onKoa('koa-cash', cash, true),
]

/** How often the handler ran for so many requests at once. */
export async function runsFor(contestant: StampedeContestant, requests: number): Promise<number> {
  const server = await contestant.serve()
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const answers = await Promise.all(
      Array.from({ length: requests }, async () => {
        const response = await fetch(`http://127.0.0.1:${port}/`)
        return (await response.json()) as { readonly run: number }
      }),
    )
    return Math.max(...answers.map(({ run }) => run))
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}
