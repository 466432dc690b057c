import { describe, expect, it } from 'vitest'
import { httpContestants } from '../../bench/src/contestants/http/index.ts'
import { runsFor, stampedeContestants } from '../../bench/src/contestants/http/stampede.ts'
import { Handler } from '../../bench/src/handler.ts'
import { checkHttp } from '../../bench/src/http-check.ts'
import { versionOf } from '../../bench/src/kept-program.ts'
import { connections, load } from '../../bench/src/load.ts'
import { nginxProgram } from '../../bench/src/nginx.ts'
import { sizes, type HttpContestant, type Scenario } from '../../bench/src/scenario.ts'

const hasNginx = (await versionOf(nginxProgram(), '-v')) !== undefined

async function serve(contestant: HttpContestant, scenario: Scenario) {
  const handler = new Handler(sizes[scenario])
  return { handler, ...(await contestant.serve(scenario, handler)) }
}

describe.each(httpContestants)('$name on $framework', (contestant) => {
  it.each(contestant.scenarios)('does its job: %s', async (scenario) => {
    if (!hasNginx && contestant.name.startsWith('nginx')) {
      await expect(serve(contestant, scenario)).rejects.toThrow('no nginx found: name one in NGINX_BIN')
      return
    }
    const { handler, port, cpuElsewhere, close } = await serve(contestant, scenario)
    try {
      const etag = await checkHttp({ contestant, scenario, port, runs: async () => handler.runs })
      expect(await load({ port, scenario, each: 2, etag })).toBeGreaterThan(0)
      if (contestant.name.startsWith('nginx')) expect(cpuElsewhere?.()).toBeGreaterThan(0)
      if (contestant.role === 'floor') expect(handler.runs).toBe(2 + 2 * connections)
    } finally {
      await close()
    }
  })
})

it('notices who does not do the job', async () => {
  const bare = httpContestants.find(({ role }) => role === 'floor')!
  const { handler, port, close } = await serve(bare, 'hit-1k')
  const boast: HttpContestant = { ...bare, role: 'ours' }
  const runs = async (): Promise<number> => handler.runs
  try {
    await expect(checkHttp({ contestant: boast, scenario: 'hit-1k', port, runs })).rejects.toThrow(
      'it runs the handler 1 times for a request instead of 0',
    )
    await expect(checkHttp({ contestant: boast, scenario: 'limit-denied', port, runs })).rejects.toThrow(
      'it answers 200 instead of 429',
    )
    await expect(checkHttp({ contestant: boast, scenario: 'hit-20k', port, runs })).rejects.toThrow(
      'it answers with another body than the handler',
    )
  } finally {
    await close()
  }
})

it.each(stampedeContestants)('counts the handler of $name', async (contestant) => {
  if (!hasNginx && contestant.name.startsWith('nginx')) return
  expect(await runsFor(contestant, 2)).toBeGreaterThanOrEqual(1)
})
