/** Express with @forebay/express. */
import express from 'express'
import { rateLimit, responseCache } from '@forebay/express'
import {
  cacheOptions,
  cacheScenarios,
  contentOf,
  generousLimit,
  streamOf,
  type HttpContestant,
} from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressForebay: HttpContestant = {
  name: 'forebay',
  framework: 'express',
  scenarios: ['limit-allowed', 'limit-denied', 'not-modified', ...cacheScenarios],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    if (scenario === 'limit-allowed') app.use(rateLimit({ limit: generousLimit, window: '1h' }))
    else if (scenario === 'limit-denied') app.use(rateLimit({ limit: 1, window: '1h' }))
    else app.use(responseCache(cacheOptions(scenario)))
    app.get('/', (_req, res) => {
      if (scenario === 'stream-20k') streamOf(content).pipe(res.type('json'))
      else res.json(content)
    })
    return listening(app)
  },
}
