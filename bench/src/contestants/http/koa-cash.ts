/** Koa with koa-cash over lru-cache. */
import Koa from 'koa'
import koaCash from 'koa-cash'
import { LRUCache } from 'lru-cache'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaCashContestant: HttpContestant = {
  name: 'koa-cash',
  framework: 'koa',
  scenarios: ['hit-1k', 'hit-20k', 'hit-200k', 'cold-1k'],
  serve(scenario) {
    const content = contentOf(scenario)
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
      if (await ctx.cashed()) return
      ctx.body = content
    })
    return listening(app.callback())
  },
}
