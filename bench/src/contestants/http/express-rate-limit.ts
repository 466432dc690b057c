/** Express with express-rate-limit. */
import { rateLimit } from 'express-rate-limit'
import { generousLimit, limitScenarios, type HttpContestant } from '../../scenario.ts'
import { expressApp } from './express-app.ts'

export const expressRateLimit: HttpContestant = {
  name: 'express-rate-limit',
  framework: 'express',
  role: 'peer',
  scenarios: limitScenarios,
  serve: (scenario, handler) =>
    expressApp(
      scenario,
      handler,
      rateLimit({ limit: scenario === 'limit-denied' ? 1 : generousLimit, windowMs: 3_600_000 }),
    ),
}
