/** Koa alone, sending JSON: the floor. */
import type { Middleware } from 'koa'
import { scenarios, type HttpContestant, type Scenario } from '../../scenario.ts'
import { koaApp } from './koa-app.ts'

/** What a handler does by itself where there is neither limiter nor cache. */
const byHand: Partial<Readonly<Record<Scenario, Middleware>>> = {
  'limit-denied': async (ctx, next) => {
    ctx.status = 429
    await next()
  },
  // As koa-conditional-get does.
  'not-modified': async (ctx, next) => {
    await next()
    if (!ctx.fresh) return
    ctx.status = 304
    ctx.body = null
  },
}

export const koaBare: HttpContestant = {
  name: 'bare',
  framework: 'koa',
  role: 'floor',
  scenarios,
  serve: (scenario, handler) => koaApp(scenario, handler, byHand[scenario]),
}
