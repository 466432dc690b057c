/** The server process: serves one contestant, and tells the CPU time it has used whenever it is asked. */
import { answering } from './answering.ts'
import { httpContestants } from './contestants/http/index.ts'
import { Handler } from './handler.ts'
import { sizes, type Scenario } from './scenario.ts'

export interface ServerState {
  readonly port: number
  /** CPU time used so far, user and system. */
  readonly cpuMicroseconds: number
  readonly handlerRuns: number
}

const [name, framework, scenario] = process.argv.slice(2) as [string, string, Scenario]

await answering(async () => {
  const contestant = httpContestants.find((one) => one.name === name && one.framework === framework)
  if (contestant === undefined) throw new Error(`no contestant ${name} for ${framework}`)
  const handler = new Handler(sizes[scenario])
  const serving = await contestant.serve(scenario, handler)
  return {
    async answer(): Promise<ServerState> {
      const { user, system } = process.cpuUsage()
      const elsewhere = serving.cpuElsewhere?.() ?? 0
      return {
        port: serving.port,
        cpuMicroseconds: user + system + elsewhere,
        handlerRuns: handler.runs,
      }
    },
    close: () => serving.close(),
  }
})
