/** A script by its id; by its source only when the server says that it does not know the id. */
import type { Connection } from './connection.ts'
import type { Script } from './script.ts'
import type { RedisArgument } from './redis-client.ts'

export interface ScriptCall {
  readonly keys: readonly string[]
  readonly words: readonly RedisArgument[]
}

/** An unknown script has not run, so sending it again counts nothing twice. Any other failure is passed on. */
export function runScript(
  connection: Connection,
  script: Script,
  { keys, words }: ScriptCall,
): Promise<unknown> {
  const rest = [String(keys.length), ...keys, ...words]
  return connection.call('EVALSHA', [script.id, ...rest]).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
      return connection.call('EVAL', [script.source, ...rest])
    }
    throw error
  })
}
