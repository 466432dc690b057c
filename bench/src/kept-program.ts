/** A program of another kind (Redis, nginx) that never outlives the process that started it, however that one ends. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

export interface KeptProgram {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** Ends the program as soon as the pipe on its standard input is closed: by us, or by the end of our process. */
const keeper = `exec 3<&0
"$@" </dev/null 3<&- >/dev/null 2>&1 &
program=$!
(read -r line <&3; kill $program) >/dev/null 2>&1 &
wait $program`

export function keepProgram(program: string, words: readonly string[]): KeptProgram {
  const child = spawn('/bin/sh', ['-c', keeper, 'keeper', program, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = once(child, 'exit').then(
    () => undefined,
    () => undefined,
  )
  return {
    ended,
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

/** What the program says of itself; undefined where there is none. */
export async function versionOf(program: string, word: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [word])
    return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
  } catch {
    return undefined
  }
}
