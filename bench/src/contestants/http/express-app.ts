/** The Express app that every contestant puts its middleware into. */
import express, { type RequestHandler } from 'express'
import type { Handler } from '../../handler.ts'
import type { Scenario, Serving } from '../../scenario.ts'
import { listening } from './listening.ts'

export function expressApp(
  scenario: Scenario,
  handler: Handler,
  middleware?: RequestHandler,
): Promise<Serving> {
  const app = express()
  if (middleware) app.use(middleware)
  app.get('/', (_req, res) => {
    if (scenario === 'stream-20k') handler.stream().pipe(res.type('json'))
    else res.json(handler.items())
  })
  return listening(app)
}
