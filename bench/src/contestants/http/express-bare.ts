/** Express alone, sending JSON: the floor. */
import type { RequestHandler } from 'express'
import { scenarios, type HttpContestant } from '../../scenario.ts'
import { expressApp } from './express-app.ts'

/** What a handler does that denies by itself. */
const denying: RequestHandler = (_req, res, next) => {
  res.status(429)
  next()
}

export const expressBare: HttpContestant = {
  name: 'bare',
  framework: 'express',
  role: 'floor',
  scenarios,
  serve: (scenario, handler) =>
    expressApp(scenario, handler, scenario === 'limit-denied' ? denying : undefined),
}
