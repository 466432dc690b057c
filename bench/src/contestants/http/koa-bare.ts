/** Koa alone, sending JSON: the floor. */
import Koa from 'koa'
import { cacheScenarios, contentOf, streamOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaBare: HttpContestant = {
  name: 'bare',
  framework: 'koa',
  scenarios: ['limit-allowed', 'limit-denied', ...cacheScenarios],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = new Koa()
    app.use((ctx) => {
      if (scenario === 'limit-denied') ctx.status = 429
      ctx.type = 'json'
      ctx.body = scenario === 'stream-20k' ? streamOf(content) : content
    })
    return listening(app.callback())
  },
}
