/** Express with apicache. It has nothing for the stale. */
import apicache from 'apicache'
import { cacheScenarios, type HttpContestant } from '../../scenario.ts'
import { expressApp } from './express-app.ts'

export const expressApicache: HttpContestant = {
  name: 'apicache',
  framework: 'express',
  role: 'peer',
  scenarios: cacheScenarios.filter((scenario) => scenario !== 'stale-1k'),
  serve: (scenario, handler) => expressApp(scenario, handler, apicache.newInstance().middleware('1 hour')),
}
