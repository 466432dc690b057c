/** Koa with @forebay/koa. */
import Koa from 'koa'
import { rateLimit, responseCache } from '@forebay/koa'
import {
  cacheOptions,
  cacheScenarios,
  contentOf,
  generousLimit,
  streamOf,
  type HttpContestant,
} from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaForebay: HttpContestant = {
  name: 'forebay',
  framework: 'koa',
  scenarios: ['limit-allowed', 'limit-denied', 'not-modified', ...cacheScenarios],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = new Koa()
    if (scenario === 'limit-allowed') app.use(rateLimit({ limit: generousLimit, window: '1h' }))
    else if (scenario === 'limit-denied') app.use(rateLimit({ limit: 1, window: '1h' }))
    else app.use(responseCache(cacheOptions(scenario)))
    app.use((ctx) => {
      if (scenario === 'not-modified') ctx.etag = 'v1'
      ctx.type = 'json'
      ctx.body = scenario === 'stream-20k' ? streamOf(content) : content
    })
    return listening(app.callback())
  },
}
