/**
 * Requests for a fleet from light processes of their own, so that what is measured is the fleet: connected beforehand, written
 * ready-made, and timed from the moment at which each leaves to the last byte of its answer.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Asked, FleetProcess } from './fleet-processes.ts'

export interface Loaded extends Asked {
  readonly collapsed: number
  /** Of each request, in ms. */
  readonly times: readonly number[]
}

export interface FleetLoad {
  /** Asks each of the processes `each` times, all at once; the answers by process. */
  ask(path: string, nodes: readonly FleetProcess[]): Promise<Loaded[]>
  stop(): void
}

const generators = 2

const program = `
  import { connect, createServer } from 'node:net'
  import { once } from 'node:events'
  import { setTimeout as wait } from 'node:timers/promises'

  const length = /\\r\\ncontent-length: (\\d+)/i

  /** One connection, its answer, and when that was whole. The connection stays open: closing it would cost others time. */
  class Asker {
    port
    text = ''
    bytes = Infinity
    askedAt = 0
    ms = 0
    constructor(port) {
      this.port = port
      this.socket = connect(port, '127.0.0.1')
      this.isOpen = new Promise((resolve) => this.socket.once('connect', resolve).once('error', resolve))
      this.whole = new Promise((resolve) => {
        this.socket.once('close', resolve)
        this.socket.on('data', (chunk) => {
          this.ms = performance.now() - this.askedAt
          this.text += chunk.latin1Slice()
          if (this.bytes === Infinity) this.measure()
          if (this.text.length >= this.bytes) resolve()
        })
      })
      this.socket.on('error', () => {})
      this.socket.setNoDelay(true)
    }
    measure() {
      const end = this.text.indexOf('\\r\\n\\r\\n')
      if (end !== -1) this.bytes = end + 4 + Number(length.exec(this.text)?.[1])
    }
    ask(request) {
      this.askedAt = performance.now()
      this.socket.write(request)
    }
    get isSound() {
      return this.text.startsWith('HTTP/1.1 200 ') && this.text.length === this.bytes
    }
    get body() {
      return this.text.slice(this.text.indexOf('\\r\\n\\r\\n') + 4)
    }
  }

  function answersOf(askers) {
    const sound = askers.filter(({ isSound }) => isSound)
    return {
      failures: askers.length - sound.length,
      bodies: [...new Set(sound.map(({ body }) => body))],
      collapsed: sound.filter(({ text }) => /; collapsed/.test(text)).length,
      times: sound.map(({ ms }) => ms),
    }
  }

  /** @param begin is waited for between connecting and asking. */
  async function answers({ path, ports, times }, begin) {
    const request = Buffer.from('GET ' + path + ' HTTP/1.1\\r\\nHost: fleet.example\\r\\n\\r\\n')
    // One for each in turn, so that no process is served by the first only.
    const askers = Array.from({ length: times }, () => ports.map((port) => new Asker(port))).flat()
    await Promise.all(askers.map(({ isOpen }) => isOpen))
    await begin()
    for (const asker of askers) asker.ask(request)
    await Promise.all(askers.map(({ whole }) => whole))
    for (const { socket } of askers) socket.destroy()
    return ports.map((port) => answersOf(askers.filter((asker) => asker.port === port)))
  }

  // New processes may be what is measured, but not new clients: these ask themselves first.
  const answer = 'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'
  const mirror = createServer((socket) => socket.on('data', () => socket.write(answer)).on('error', () => {}))
  await once(mirror.listen(0, '127.0.0.1'), 'listening')
  for (let round = 0; round < 5; round++) {
    await answers({ path: '/', ports: [mirror.address().port], times: 200 }, async () => {})
  }
  mirror.close()

  for (;;) {
    const [task] = await once(process, 'message')
    const begin = async () => {
      process.send('connected')
      const [at] = await once(process, 'message')
      await wait(at - Date.now())
    }
    process.send(await answers(task, begin))
  }
`

/** @param each how often each process is asked at once. */
export function startFleetLoad(each: number): FleetLoad {
  const children = Array.from({ length: generators }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
  const times = Math.ceil(each / generators)
  return {
    async ask(path, nodes) {
      const ports = nodes.map(({ port }) => port)
      const connected = await Promise.all(children.map((child) => told(child, { path, ports, times })))
      if (connected.some((word) => word !== 'connected')) throw new Error('the load does not listen')
      const at = Date.now() + 100
      const answers = (await Promise.all(children.map((child) => told(child, at)))) as Loaded[][]
      return nodes.map((_, index) => together(answers.map((one) => one[index] as Loaded)))
    },
    stop() {
      for (const child of children) child.kill()
    },
  }
}

async function told(child: ChildProcess, task: object | number): Promise<unknown> {
  const answered = once(child, 'message')
  child.send(task)
  const [answer] = (await answered) as [unknown]
  return answer
}

function together(parts: readonly Loaded[]): Loaded {
  return {
    failures: parts.reduce((sum, { failures }) => sum + failures, 0),
    bodies: [...new Set(parts.flatMap(({ bodies }) => bodies))],
    collapsed: parts.reduce((sum, { collapsed }) => sum + collapsed, 0),
    times: parts.flatMap((part) => part.times),
  }
}
