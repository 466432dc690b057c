/** The HTTP parts: what a limiter or a cache adds to a bare framework, scenario by scenario. */
import { httpContestants } from '../contestants/http/index.ts'
import { measureHttp, type Effort, type HttpResult } from '../http-rounds.ts'
import { cacheScenarios, type Framework, type Scenario } from '../scenario.ts'
import type { Table } from '../table.ts'

const frameworks: readonly Framework[] = ['express', 'fastify', 'koa']

export function httpLimit(effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  return tables(['limit-allowed', 'limit-denied'], effort, progress)
}

export function httpCache(effort: Effort, progress: (text: string) => void): Promise<readonly Table[]> {
  return tables([...cacheScenarios, 'not-modified'], effort, progress)
}

async function tables(
  scenarios: readonly Scenario[],
  effort: Effort,
  progress: (text: string) => void,
): Promise<readonly Table[]> {
  const made: Table[] = []
  for (const scenario of scenarios) {
    for (const framework of frameworks) {
      progress(`${scenario} on ${framework}`)
      const contestants = httpContestants.filter(
        (one) => one.framework === framework && one.scenarios.includes(scenario),
      )
      const requests = scenario === 'hit-200k' ? effort.requests / 4 : effort.requests
      made.push(
        tableOf(
          `${scenario}, ${framework}`,
          await measureHttp(contestants, scenario, { ...effort, requests }),
        ),
      )
    }
  }
  return made
}

function tableOf(title: string, results: readonly HttpResult[]): Table {
  const floor = results[0]?.cpuMicroseconds ?? Number.NaN
  return {
    title,
    columns: ['', 'CPU µs/request', 'added µs', 'ratio to bare', '±', 'requests/s'],
    rows: results.map((one) => [
      one.name,
      one.cpuMicroseconds.toFixed(1),
      (one.cpuMicroseconds - floor).toFixed(1),
      one.ratio.toFixed(2),
      one.ratioSpread.toFixed(2),
      Math.round(one.throughput).toString(),
    ]),
  }
}
