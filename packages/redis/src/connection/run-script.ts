/** Runs a script by its id (`EVALSHA`), and by its source only when the server answers that it does not know the id. */
import type { Answering } from './answering.ts'
import type { Connection } from './connection.ts'
import type { Script } from './script.ts'
import type { RedisArgument } from './redis-client.ts'
import { writtenWord } from './written-command.ts'

export interface ScriptCall {
  readonly keys: readonly string[]
  readonly words: readonly RedisArgument[]
  /** Keys and words, written out. */
  readonly written?: string
}

/** An unknown script has not run, so sending it again counts nothing twice. Any other failure is passed on. */
export function askScript(
  connection: Connection,
  script: Script,
  { keys, words, written }: ScriptCall,
  answering: Answering,
): void {
  const count = String(keys.length)
  const byId: RedisArgument[] = [script.id, count]
  for (const key of keys) byId.push(key)
  for (const word of words) byId.push(word)
  const byIdWritten = written === undefined ? undefined : script.writtenId + writtenWord(count) + written
  const request = { command: 'evalsha', words: byId, written: byIdWritten }
  connection.send(request, {
    answered: answering.answered,
    failed(error) {
      const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT')
      if (isUnknown) connection.send({ command: 'eval', words: [script.source, ...byId.slice(1)] }, answering)
      else answering.failed(error)
    },
  })
}

export function runScript(connection: Connection, script: Script, call: ScriptCall): Promise<unknown> {
  return new Promise((answered, failed) => {
    askScript(connection, script, call, { answered, failed })
  })
}
