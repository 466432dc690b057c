/** Express alone, sending JSON: the floor. */
import express from 'express'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressBare: HttpContestant = {
  name: 'bare',
  framework: 'express',
  scenarios: ['limit-allowed', 'limit-denied', 'hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    app.get('/', (_req, res) => {
      if (scenario === 'limit-denied') res.status(429)
      res.json(content)
    })
    return listening(app)
  },
}
