/** Koa alone, sending JSON: the floor. */
import Koa from 'koa'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const koaBare: HttpContestant = {
  name: 'bare',
  framework: 'koa',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = new Koa()
    app.use((ctx) => {
      if (scenario === 'limit-denied') ctx.status = 429
      ctx.body = content
    })
    return listening(app.callback())
  },
}
