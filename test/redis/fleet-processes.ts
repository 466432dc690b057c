/** Processes with an app and a response cache each, on one Redis or one folder, that ask themselves. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { fleetProgram } from './fleet-program.ts'

/** What the requests to one process were answered. */
export interface Asked {
  readonly failures: number
  readonly bodies: readonly string[]
}

/** What a process says of the requests that it has answered since it was asked the last time. */
export interface Served {
  /** From the moment each was seen to the end of its response, in ms. */
  readonly times: readonly number[]
  /** What it has used in all. */
  readonly cpuMs: number
}

export interface FleetProcess {
  readonly pid: number
  readonly port: number
  /** Runs of its handler that have begun, by path. */
  runs(path: string): number
  /** Asks itself. @param at the instant (ms since the epoch) at which all of them leave. */
  ask(path: string, times: number, at: number): Promise<Asked>
  served(): Promise<Served>
  purge(path: string): Promise<void>
  /** SIGKILL. */
  kill(): void
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export interface FleetProcessOptions {
  /** Of a Redis, or the path of a folder. */
  readonly url: string
  readonly handlerMs: number
  readonly lease?: string
  /** With near memory, and with patience: a busy machine costs time only. */
  readonly isTiered?: boolean
  readonly adapter?: 'express' | 'fastify'
}

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Message extends Asked, Served {
  readonly type: 'listening' | 'run' | 'done'
  readonly port: number
  readonly id: number
  readonly path: string
}

export async function startFleetProcess(options: FleetProcessOptions): Promise<FleetProcess> {
  const { url, handlerMs, lease = '10s', isTiered = false, adapter = 'express' } = options
  const words = [url, String(handlerMs), lease, String(isTiered), adapter]
  const child = spawn(process.execPath, ['--input-type=module', '-e', fleetProgram, ...words], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const runs = new Map<string, number>()
  child.on('message', (message: Message) => {
    if (message.type === 'run') runs.set(message.path, (runs.get(message.path) ?? 0) + 1)
  })
  const [{ port }] = (await once(child, 'message')) as [Message]
  let ids = 0
  const tell = async (task: object): Promise<Message> => {
    const id = ++ids
    const done = answerTo(child, id)
    child.send({ ...task, id })
    return done
  }
  return {
    pid: child.pid ?? 0,
    port,
    runs: (path) => runs.get(path) ?? 0,
    ask: (path, times, at) => tell({ type: 'ask', path, times, at }),
    served: () => tell({ type: 'served' }),
    purge: async (path) => {
      await tell({ type: 'purge', path })
    },
    kill: () => child.kill('SIGKILL'),
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.send({ type: 'stop' }, () => undefined)
      const impatient = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await gone
      clearTimeout(impatient)
    },
  }
}

/** Rejects when the process ends before. */
function answerTo(child: ChildProcess, id: number): Promise<Message> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the process is gone'))
    const hear = (message: Message): void => {
      if (message.type !== 'done' || message.id !== id) return
      child.off('message', hear)
      child.off('exit', gone)
      resolve(message)
    }
    child.on('message', hear)
    child.once('exit', gone)
  })
}
