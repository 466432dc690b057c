/** The HTTP parts: what a limiter or a cache adds to a bare framework, scenario by scenario. */
import { httpContestants } from '../contestants/http/index.ts'
import { httpEntrant } from '../http-runner.ts'
import type { Run } from '../part.ts'
import { ratioColumns, type Column, type Result } from '../result.ts'
import { measure } from '../rounds.ts'
import { cacheScenarios, frameworks, limitScenarios, type Scenario } from '../scenario.ts'

export function httpLimit(run: Run): Promise<readonly Result[]> {
  return measured(limitScenarios, run)
}

export function httpCache(run: Run): Promise<readonly Result[]> {
  return measured(cacheScenarios, run)
}

async function measured(scenarios: readonly Scenario[], run: Run): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const scenario of scenarios) {
    for (const framework of frameworks) {
      const title = `${scenario}, ${framework}`
      if (!run.wants(title)) continue
      run.progress(title)
      const entrants = httpContestants
        .filter((one) => one.framework === framework && one.scenarios.includes(scenario))
        .map((one) => httpEntrant(one, scenario))
      results.push({ title, columns, rows: await measure(entrants, run.effort) })
    }
  }
  return results
}

const columns: readonly Column[] = [
  { heading: 'CPU µs/request', measure: 'cpuMicroseconds', show: 'median', digits: 1 },
  { heading: 'added µs', measure: 'cpuMicroseconds', show: 'added', digits: 1 },
  ...ratioColumns('cpuMicroseconds', 'bare'),
  { heading: 'requests/s', measure: 'perSecond', show: 'median', digits: 0 },
]
