/** Express with @forebay/express. */
import express from 'express'
import { rateLimit, responseCache } from '@forebay/express'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressForebay: HttpContestant = {
  name: 'forebay',
  framework: 'express',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    if (scenario === 'limit-allowed') app.use(rateLimit({ limit: generousLimit, window: '1h' }))
    else if (scenario === 'limit-denied') app.use(rateLimit({ limit: 1, window: '1h' }))
    else app.use(responseCache({ ttl: '1h' }))
    app.get('/', (_req, res) => {
      res.json(content)
    })
    return listening(app)
  },
}
