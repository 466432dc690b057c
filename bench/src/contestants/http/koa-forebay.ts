/** Koa with @forebay/koa. */
import Koa from 'koa'
import { rateLimit, responseCache } from '@forebay/koa'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaForebay: HttpContestant = {
  name: 'forebay',
  framework: 'koa',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = new Koa()
    if (scenario === 'limit-allowed') app.use(rateLimit({ limit: generousLimit, window: '1h' }))
    else if (scenario === 'limit-denied') app.use(rateLimit({ limit: 1, window: '1h' }))
    else app.use(responseCache({ ttl: '1h' }))
    app.use((ctx) => {
      ctx.body = content
    })
    return listening(app.callback())
  },
}
