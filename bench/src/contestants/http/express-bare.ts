/** Express alone, sending JSON: the floor. */
import express from 'express'
import { cacheScenarios, contentOf, streamOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressBare: HttpContestant = {
  name: 'bare',
  framework: 'express',
  scenarios: ['limit-allowed', 'limit-denied', 'not-modified', ...cacheScenarios],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    app.get('/', (_req, res) => {
      if (scenario === 'limit-denied') res.status(429)
      if (scenario === 'stream-20k') streamOf(content).pipe(res.type('json'))
      else res.json(content)
    })
    return listening(app)
  },
}
