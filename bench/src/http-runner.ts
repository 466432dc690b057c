/** An HTTP contestant's server in a process of its own, under load from this one, as an entrant. */
import { checkHttp } from './http-check.ts'
import { connections, load } from './load.ts'
import type { Entrant } from './rounds.ts'
import type { HttpContestant, Scenario } from './scenario.ts'
import type { ServerState } from './serve.ts'
import { startWorker } from './worker.ts'

export function httpEntrant(contestant: HttpContestant, scenario: Scenario): Entrant {
  const { name, role, framework } = contestant
  return {
    name,
    role,
    async start() {
      const worker = await startWorker('serve.js', [name, framework, scenario])
      const state = async (): Promise<ServerState> => (await worker.ask('state')) as ServerState
      try {
        const { port } = await state()
        const runs = async (): Promise<number> => (await state()).handlerRuns
        const etag = await checkHttp({ contestant, scenario, port, runs })
        return {
          async run(times) {
            const each = Math.ceil(times / connections)
            const before = (await state()).cpuMicroseconds
            const ms = await load({ port, scenario, each, etag })
            const cpuMicroseconds = (await state()).cpuMicroseconds - before
            return { times: each * connections, ms, cpuMicroseconds }
          },
          stop: () => worker.stop(),
        }
      } catch (error) {
        await worker.stop()
        throw error
      }
    },
  }
}
