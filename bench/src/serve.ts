/** The server process: serves one contestant, and tells the CPU time it has used whenever it is asked. */
import type { AddressInfo } from 'node:net'
import type { FromServer } from './server-process.ts'
import { httpContestants } from './contestants/http/index.ts'
import type { Scenario } from './scenario.ts'

const [name, framework, scenario] = process.argv.slice(2)
const contestant = httpContestants.find((one) => one.name === name && one.framework === framework)
if (contestant === undefined) throw new Error(`no contestant ${name} for ${framework}`)

const server = await contestant.serve(scenario as Scenario)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  tell({ type: 'cpu', microseconds: user + system })
})
process.once('disconnect', () => process.exit())
tell({ type: 'listening', port: (server.address() as AddressInfo).port })

function tell(message: FromServer): void {
  process.send?.(message)
}
