/** Processes with an app and a response cache each, on one Redis, that ask themselves. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the requests of one process were answered, and after how many milliseconds each. */
export interface Asked {
  readonly failures: number
  readonly bodies: readonly string[]
  readonly collapsed: number
  readonly times: readonly number[]
}

export interface FleetProcess {
  readonly pid: number
  /** Runs of its handler that have begun, by path. */
  runs(path: string): number
  /** @param at the instant (ms since the epoch) at which all of them leave. */
  ask(path: string, times: number, at: number): Promise<Asked>
  purge(path: string): Promise<void>
  /** SIGKILL. */
  kill(): void
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export interface FleetProcessOptions {
  readonly url: string
  readonly handlerMs: number
  readonly lease?: string
  /** With near memory, and with patience: a busy machine costs time only. */
  readonly isTiered?: boolean
}

/** Told what to do, and tells what happened, over the channel to its parent. */
const program = `
  import { Agent, get } from 'node:http'
  import { once } from 'node:events'
  import { setTimeout as wait } from 'node:timers/promises'
  const { default: express } = await import('express')
  const { responseCache } = await import('@forebay/express')
  const { redisBackend } = await import('@forebay/redis')
  const { memoryBackend, tieredBackend } = await import('@forebay/core')
  const [, url, handlerMs, lease, isTiered] = process.argv
  // Other tests may keep this machine busy, and this is not about that: FOREBAY_FLEET_TIMEOUT says otherwise.
  const patience = { timeout: process.env.FOREBAY_FLEET_TIMEOUT ?? '5s' }
  const far = redisBackend(url, patience)
  const backend = isTiered === 'true' ? tieredBackend({ near: memoryBackend(), far }) : far
  const pages = responseCache({ ttl: '1m', lease, backend, ...patience })
  await backend.health()
  const app = express()
  app.use(pages)
  app.get('/{*path}', async (request, response) => {
    process.send({ type: 'run', path: request.path })
    // Long enough for a busy machine to notice the run before it is over.
    await wait(Number(handlerMs) + (request.path.startsWith('/long') ? 1_000 : 0))
    response.json({ madeBy: process.pid })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

  function askOnce(path) {
    return new Promise((resolve) => {
      const startedAt = performance.now()
      const done = (answer) => resolve({ ...answer, ms: performance.now() - startedAt })
      get({ host: '127.0.0.1', port, path, agent, headers: { host: 'fleet.example' } }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text) => (body += text))
        response.on('error', () => done({ status: 0, body }))
        response.on('end', () => {
          const { statusCode: status, headers } = response
          done({ status, body, cacheStatus: headers['cache-status'] ?? '' })
        })
      }).on('error', () => done({ status: 0, body: '' }))
    })
  }

  process.on('message', async ({ id, type, path, times, at }) => {
    if (type === 'ask') {
      await wait(at - Date.now())
      const answers = await Promise.all(Array.from({ length: times }, () => askOnce(path)))
      process.send({
        type: 'done',
        id,
        failures: answers.filter(({ status }) => status !== 200).length,
        bodies: [...new Set(answers.map(({ body }) => body))],
        collapsed: answers.filter(({ cacheStatus }) => /; collapsed/.test(cacheStatus)).length,
        times: answers.map(({ ms }) => ms),
      })
    } else if (type === 'purge') {
      await pages.cache.invalidateUrl('http://fleet.example' + path)
      process.send({ type: 'done', id })
    } else {
      process.disconnect()
      server.close()
      agent.destroy()
      await pages.cache.close()
      await backend.close()
    }
  })
  process.send({ type: 'listening' })
`

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Message extends Asked {
  readonly type: 'listening' | 'run' | 'done'
  readonly id: number
  readonly path: string
}

export async function startFleetProcess(options: FleetProcessOptions): Promise<FleetProcess> {
  const words = [options.url, `${options.handlerMs}`, options.lease ?? '10s', `${options.isTiered ?? false}`]
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...words], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const runs = new Map<string, number>()
  child.on('message', (message: Message) => {
    if (message.type === 'run') runs.set(message.path, (runs.get(message.path) ?? 0) + 1)
  })
  await once(child, 'message')
  let ids = 0
  const tell = async (task: object): Promise<Message> => {
    const id = ++ids
    const done = answerTo(child, id)
    child.send({ ...task, id })
    return done
  }
  return {
    pid: child.pid ?? 0,
    runs: (path) => runs.get(path) ?? 0,
    ask: (path, times, at) => tell({ type: 'ask', path, times, at }),
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
