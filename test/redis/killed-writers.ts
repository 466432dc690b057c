/** Processes that write behind a cache on one Redis or one folder, and note in files what was accepted and what reached the source. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Notes are written synchronously: what was noted survives SIGKILL, and what was not noted was not yet accepted. */
const program = `
  import { appendFileSync } from 'node:fs'
  import { setTimeout as wait } from 'node:timers/promises'
  const { createCache, writeBehind } = await import('@forebay/core')
  const { redisBackend } = await import('@forebay/redis')
  const { diskBackend } = await import('@forebay/disk')
  const [, url, folder, queue, keys, prefix] = process.argv
  const backend = url.startsWith('redis:') ? redisBackend(url, { prefix, timeout: '5s' }) : diskBackend({ path: url })
  const cache = createCache({ namespace: 'killed', ttl: '1m', backend })
  const buffer = writeBehind(cache, {
    name: queue,
    interval: 20,
    maxBatch: 20,
    lease: '1s',
    async flush(entries) {
      for (const [index, [key, value]] of entries.entries()) {
        if (index % 7 === 3) await wait(2)
        appendFileSync(folder + '/source', key + ' ' + value + '\\n')
      }
    },
  })
  async function write(key, value) {
    await buffer.write(key, value)
    appendFileSync(folder + '/accepted', key + ' ' + value + '\\n')
  }
  // One key again and again, whose order is looked at; and every time one of its own, for which nothing else can stand in.
  async function writeOn(key) {
    for (let value = 1; !isStopping; value++) {
      await write(key, value)
      await write(key + ':' + value, value)
      await wait(10)
    }
  }
  let isStopping = false
  process.once('message', async () => {
    isStopping = true
    process.disconnect()
    await buffer.close()
    await cache.close()
    await backend.close()
  })
  process.send('writing')
  if (keys !== 'none') for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void writeOn(keys + name)
`

export interface WriterFiles {
  readonly folder: string
  /** `key value` in the order in which it happened. */
  accepted(): Promise<readonly Note[]>
  source(): Promise<readonly Note[]>
  remove(): Promise<void>
}

export interface Note {
  readonly key: string
  readonly value: number
}

export async function writerFiles(): Promise<WriterFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'forebay-writers-'))
  const notes = async (name: string): Promise<Note[]> => {
    const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n')
    return lines.filter(Boolean).map((line) => {
      const [key = '', value = ''] = line.split(' ')
      return { key, value: Number(value) }
    })
  }
  for (const name of ['accepted', 'source']) await appendFile(join(folder, name), '')
  return {
    folder,
    accepted: () => notes('accepted'),
    source: () => notes('source'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

export interface Writer {
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Flushes what waits and ends; resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface WriterOptions {
  /** Of a Redis, or the path of a folder. */
  readonly url: string
  readonly folder: string
  readonly queue: string
  /** What its keys begin with; `none` writes nothing and only flushes what others left. */
  readonly keys: string
  /** Of the keys in Redis. */
  readonly prefix?: string
}

export async function startWriter(options: WriterOptions): Promise<Writer> {
  const { url, folder, queue, keys, prefix = 'forebay:' } = options
  const child: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '-e', program, url, folder, queue, keys, prefix],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const gone = once(child, 'exit') as Promise<[number | null]>
  await once(child, 'message')
  return {
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.send('stop', () => undefined)
      const [code] = await gone
      return code
    },
  }
}

/** The values of each key, in the order in which they were noted. */
export function byKey(notes: readonly Note[]): Map<string, number[]> {
  const values = new Map<string, number[]>()
  for (const { key, value } of notes) values.set(key, [...(values.get(key) ?? []), value])
  return values
}
