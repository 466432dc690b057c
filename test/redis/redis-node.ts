/** One Redis server process in a temp folder, which never outlives the process that started it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { until } from './until.ts'
import { freePort } from './free-port.ts'
import { rawCommand, type Reply } from './raw-command.ts'

export interface RedisNode {
  readonly port: number
  readonly pid: number
  /** One command over a connection of its own. */
  command(...words: readonly string[]): Promise<Reply>
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void
  resume(): void
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Ends the process and takes its folder away. Calling it again does nothing. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface RedisNodeOptions {
  /** Default: a free one. To bring a killed server back where it was, give its port. */
  readonly port?: number
  /** Further arguments, `--maxmemory 1mb` as two words. */
  readonly args?: readonly string[]
  /** Lines of a configuration file, for Sentinel. */
  readonly config?: string
}

/**
 * Prints the server's pid, then waits. When the pipe on its standard input closes, for whatever reason the test process
 * went away, it kills the server.
 */
const keeper = `exec 3<&0
"$@" </dev/null 3<&- >/dev/null 2>&1 &
server=$!
echo $server
(read -r line <&3; kill -KILL $server 2>/dev/null) >/dev/null 2>&1 &
watcher=$!
wait $server
kill $watcher 2>/dev/null`

/** How often a server is started that does not come up: somebody may take its port between its choice and its use. */
const attempts = 3

export async function startRedisNode(options: RedisNodeOptions = {}): Promise<RedisNode> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options)
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

async function startOnce(options: RedisNodeOptions): Promise<RedisNode> {
  const binary = inject('redisServer')
  if (typeof binary === 'string') throw new Error(binary)
  const port = options.port ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'forebay-redis-'))
  const files: string[] = []
  if (options.config !== undefined) {
    await writeFile(join(folder, 'redis.conf'), options.config)
    files.push(join(folder, 'redis.conf'))
  }
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--logfile', 'redis.log']
  const environment =
    binary.libraryPath === '' ? process.env : { ...process.env, LD_LIBRARY_PATH: binary.libraryPath }
  const child = spawn(
    'sh',
    ['-c', keeper, 'sh', binary.path, ...files, ...settings, ...(options.args ?? ['--save', ''])],
    { stdio: ['pipe', 'pipe', 'ignore'], env: environment },
  )
  const pid = await firstLine(child)
  const node = nodeOf({ child, pid, port, folder })
  try {
    await until(`a Redis server on port ${port}`, () => child.exitCode !== null || isItself(node))
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}.`)
  } catch (error) {
    const log = await readFile(join(folder, 'redis.log'), 'utf8').catch(() => '')
    await node.stop()
    throw new Error(`The Redis server did not start.\n${log}`, { cause: error })
  }
  return node
}

/** Whether what answers there is this server, and no other that had the port before. */
async function isItself({ pid, command }: RedisNode): Promise<boolean> {
  return String(await command('INFO', 'server')).includes(`process_id:${pid}\r\n`)
}

interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  readonly folder: string
}

function nodeOf({ child, pid, port, folder }: Running): RedisNode {
  const gone = once(child, 'close')
  const kill = async (): Promise<void> => {
    child.stdin?.destroy()
    await gone
  }
  const stop = async (): Promise<void> => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  }
  return {
    port,
    pid,
    command: (...words) => rawCommand(port, words),
    pause: () => process.kill(pid, 'SIGSTOP'),
    resume: () => process.kill(pid, 'SIGCONT'),
    kill,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function firstLine(child: ChildProcess): Promise<number> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  const pid = Number.parseInt(text, 10)
  if (!Number.isInteger(pid)) throw new Error('The Redis server did not start.')
  return pid
}
