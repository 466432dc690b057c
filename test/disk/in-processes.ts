/** Programs in processes of their own, on one folder. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const cwd = fileURLToPath(new URL('../../', import.meta.url))

const opening = `
  const { createCache, createRateLimiter } = await import('@forebay/core')
  const { diskBackend } = await import('@forebay/disk')
  const [, path, ...words] = process.argv
  const backend = diskBackend({ path })
`

function wordsOf(program: string, words: readonly string[]): string[] {
  return ['--input-type=module', '-e', `${opening}${program}`, ...words]
}

/** What the program prints, as JSON. It has `backend`, `words`, `createCache` and `createRateLimiter`. */
export async function run<T>(program: string, path: string, ...words: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, wordsOf(program, [path, ...words]), { cwd })
  return JSON.parse(stdout) as T
}

/** Resolves when the program has sent its first message. */
export async function start(program: string, path: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, wordsOf(program, [path]), {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return child
}
