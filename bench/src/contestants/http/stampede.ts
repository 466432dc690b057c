/** Servers whose handler takes a while, behind each cache that answers whole responses. */
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
import type { ContestantRole } from '../../result.ts'
import type { Serving } from '../../scenario.ts'
import { serving } from './fastify-serving.ts'
import { listening } from './listening.ts'
import { inFrontOf } from './nginx.ts'

type SlowHandler = () => Promise<object>

export interface StampedeContestant {
  readonly name: string
  readonly role: ContestantRole
  serve(handler: SlowHandler): Promise<Serving>
}

const handlerMs = 50

function onExpress(name: string, role: ContestantRole, cache?: () => RequestHandler): StampedeContestant {
  return {
    name: `${name}, express`,
    role,
    serve(handler) {
      const app = express()
      if (cache) app.use(cache())
      app.get('/', async (_req, res) => {
        res.json(await handler())
      })
      return listening(app)
    },
  }
}

function onKoa(name: string, role: ContestantRole, cache: () => Middleware): StampedeContestant {
  return {
    name: `${name}, koa`,
    role,
    serve(handler) {
      const app = new Koa()
      app.use(cache())
      app.use(async (ctx) => {
        // koa-cash answers only where the handler asks it.
        const { cashed } = ctx as unknown as { cashed?(): Promise<boolean> }
        if (await cashed?.()) return
        ctx.body = await handler()
      })
      return listening(app.callback())
    },
  }
}

const onFastify: StampedeContestant = {
  name: 'forebay, fastify',
  role: 'ours',
  async serve(handler) {
    const app = Fastify()
    await app.register(fastifyResponseCache, { ttl: '1h' })
    app.get('/', async () => await handler())
    return await serving(app)
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

const bare = onExpress('bare', 'floor')

const nginx: StampedeContestant = {
  name: 'nginx proxy_cache with proxy_cache_lock',
  role: 'peer',
  serve: async (handler) => await inFrontOf(await bare.serve(handler)),
}

export const stampedeContestants: readonly StampedeContestant[] = [
  bare,
  onExpress('forebay', 'ours', () => responseCache({ ttl: '1h' })),
  onFastify,
  onKoa('forebay', 'ours', () => koaResponseCache({ ttl: '1h' })),
  onExpress('apicache', 'peer', () => apicache.newInstance().middleware('1 hour')),
  onKoa('koa-cash', 'peer', cash),
  nginx,
]

/** How often the handler ran for so many requests at once. */
export async function runsFor(contestant: StampedeContestant, requests: number): Promise<number> {
  let runs = 0
  const { port, close } = await contestant.serve(async () => {
    runs++
    await sleep(handlerMs)
    return { price: 12_345 }
  })
  try {
    await Promise.all(
      Array.from({ length: requests }, async () => {
        const response = await fetch(`http://127.0.0.1:${port}/`)
        if ((await response.text()) !== '{"price":12345}') throw new Error('it answers something else')
      }),
    )
    return runs
  } finally {
    await close()
  }
}
