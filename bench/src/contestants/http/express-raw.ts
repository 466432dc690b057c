/** Express, the handler ending the raw response with prepared bytes. */
import express from 'express'
import { contentOf, type HttpContestant } from '../../scenario.ts'
import { listening } from './listening.ts'

export const expressRaw: HttpContestant = {
  name: 'raw end(buffer)',
  framework: 'express',
  scenarios: ['hit-1k', 'hit-20k', 'hit-200k'],
  serve(scenario) {
    const bytes = Buffer.from(JSON.stringify(contentOf(scenario)))
    const app = express()
    app.get('/', (_req, res) => {
      res.setHeader('content-type', 'application/json; charset=utf-8')
      res.setHeader('content-length', bytes.length)
      res.end(bytes)
    })
    return listening(app)
  },
}
