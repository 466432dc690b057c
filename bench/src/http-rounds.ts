/** Measures HTTP contestants against each other: interleaved rounds, CPU time per request, ratios within one round. */
import { load } from './load.ts'
import { expectedStatus, type HttpContestant, type Scenario } from './scenario.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { median, spread } from './statistics.ts'

export interface Effort {
  readonly rounds: number
  readonly requests: number
}

export interface HttpResult {
  readonly name: string
  /** CPU time of the server per request, in µs: the median over the rounds. */
  readonly cpuMicroseconds: number
  /** CPU time per request over that of the floor in the same round: the median, and the spread around it. */
  readonly ratio: number
  readonly ratioSpread: number
  /** Requests per second, median. */
  readonly throughput: number
}

interface Sample {
  readonly cpu: number
  readonly throughput: number
}

const connections = 16

/** The first contestant is the floor; it runs twice in each round, and the second row (`A/A`) shows the noise. */
export async function measureHttp(
  contestants: readonly HttpContestant[],
  scenario: Scenario,
  effort: Effort,
): Promise<readonly HttpResult[]> {
  const servers = await Promise.all(contestants.map((one) => startServer(one, scenario)))
  try {
    const [floor] = servers
    if (floor === undefined) return []
    const runs = [floor, floor, ...servers.slice(1)]
    for (const { port } of servers)
      await load({ port, scenario, requests: 2, connections: 1, expectedStatus: undefined })
    for (const server of servers) await drive(server, scenario, Math.max(2_000, effort.requests / 2))
    const samples: Sample[][] = runs.map(() => [])
    for (let round = 0; round < effort.rounds; round++) {
      // Another order every round, so that nobody always runs behind the same neighbour.
      for (let step = 0; step < runs.length; step++) {
        const index = (step + round) % runs.length
        const server = runs[index]
        if (server) samples[index]?.push(await drive(server, scenario, effort.requests))
      }
    }
    return runs.map((server, index) =>
      result(index === 1 ? 'A/A' : server.contestant.name, samples[index], samples[0]),
    )
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function drive(server: ServerProcess, scenario: Scenario, requests: number): Promise<Sample> {
  const before = await server.cpu()
  const ms = await load({
    port: server.port,
    scenario,
    requests,
    connections,
    expectedStatus: expectedStatus(scenario),
  })
  return { cpu: ((await server.cpu()) - before) / requests, throughput: (requests * 1_000) / ms }
}

function result(name: string, samples: readonly Sample[] = [], floor: readonly Sample[] = []): HttpResult {
  const ratios = samples.map(({ cpu }, round) => cpu / (floor[round]?.cpu ?? Number.NaN))
  return {
    name,
    cpuMicroseconds: median(samples.map(({ cpu }) => cpu)),
    ratio: median(ratios),
    ratioSpread: spread(ratios),
    throughput: median(samples.map(({ throughput }) => throughput)),
  }
}
