/** Koa with koa-cash over lru-cache. It has nothing for the stale. */
import Koa from 'koa'
import koaCash from 'koa-cash'
import { LRUCache } from 'lru-cache'
import { cacheScenarios, type HttpContestant } from '../../scenario.ts'
import { answer } from './koa-app.ts'
import { listening } from './listening.ts'

export const koaCashContestant: HttpContestant = {
  name: 'koa-cash',
  framework: 'koa',
  role: 'peer',
  scenarios: cacheScenarios.filter((scenario) => scenario !== 'stale-1k'),
  serve(scenario, handler) {
    const stored = new LRUCache<string, object>({ max: 1_000 })
    const app = new Koa()
    app.use(
      koaCash({
        get: (key: string) => stored.get(key),
        set: (key: string, value: object) => {
          stored.set(key, value)
        },
      }),
    )
    app.use(async (ctx) => {
      // It answers only where the handler asks it.
      if (!(await ctx.cashed())) answer(ctx, scenario, handler)
    })
    return listening(app.callback())
  },
}
