/** Express with express-rate-limit. */
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { contentOf, generousLimit, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressRateLimit: HttpContestant = {
  name: 'express-rate-limit',
  framework: 'express',
  scenarios: ['limit-allowed', 'limit-denied'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    app.use(rateLimit({ limit: scenario === 'limit-denied' ? 1 : generousLimit, windowMs: 3_600_000 }))
    app.get('/', (_req, res) => {
      res.json(content)
    })
    return listening(app)
  },
}
