/** A script by its id; by its source only when the server says that it does not know the id. */
import type { Answering } from './answering.ts'
import type { Connection } from './connection.ts'
import type { Script } from './script.ts'
import type { RedisArgument } from './redis-client.ts'

export interface ScriptCall {
  readonly keys: readonly string[]
  readonly words: readonly RedisArgument[]
}

/** An unknown script has not run, so sending it again counts nothing twice. Any other failure is passed on. */
export function askScript(
  connection: Connection,
  script: Script,
  { keys, words }: ScriptCall,
  answering: Answering,
): void {
  const sent = [script.id, String(keys.length), ...keys, ...words]
  // In small letters: ioredis looks names up that way, again and again.
  connection.send('evalsha', sent, {
    answered: answering.answered,
    failed(error) {
      const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT')
      if (isUnknown) connection.send('eval', [script.source, ...sent.slice(1)], answering)
      else answering.failed(error)
    },
  })
}

export function runScript(connection: Connection, script: Script, call: ScriptCall): Promise<unknown> {
  return new Promise((answered, failed) => {
    askScript(connection, script, call, { answered, failed })
  })
}
