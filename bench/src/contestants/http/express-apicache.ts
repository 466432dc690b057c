/** Express with apicache. */
import apicache from 'apicache'
import express from 'express'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressApicache: HttpContestant = {
  name: 'apicache',
  framework: 'express',
  scenarios: ['hit-1k', 'hit-20k', 'hit-200k', 'cold-1k'],
  serve(scenario) {
    const content = contentOf(scenario)
    const app = express()
    app.get('/', apicache.middleware('1 hour'), (_req, res) => {
      res.json(content)
    })
    return listening(app)
  },
}
