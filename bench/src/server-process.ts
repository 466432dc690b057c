/** A contestant's server in a process of its own, so that its CPU time is its own too. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { HttpContestant, Scenario } from './scenario.ts'

export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'cpu'; readonly microseconds: number }

export interface ServerProcess {
  readonly contestant: HttpContestant
  readonly port: number
  /** CPU time used so far, user and system, in microseconds. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

export async function startServer(contestant: HttpContestant, scenario: Scenario): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('serve.js', import.meta.url))
  const child = fork(script, [contestant.name, contestant.framework, scenario], {
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const exited = once(child, 'exit')
  const answer = async <Type extends FromServer['type']>(
    type: Type,
  ): Promise<Extract<FromServer, { type: Type }>> => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      exited.then(() => Promise.reject(new Error(`${contestant.name} ended before it answered`))),
    ])) as [FromServer]
    if (message.type !== type) throw new Error(`expected ${type}, got ${message.type}`)
    return message as Extract<FromServer, { type: Type }>
  }
  const { port } = await answer('listening')
  return {
    contestant,
    port,
    async cpu() {
      child.send('cpu')
      return (await answer('cpu')).microseconds
    },
    async stop() {
      child.disconnect()
      await exited
    },
  }
}
