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
  import { connect } from 'node:net'
  import { once } from 'node:events'
  import { setTimeout as wait } from 'node:timers/promises'

  const ends = /\\r\\ncontent-length: (\\d+)\\r\\n(?:[^]*?\\r\\n)?\\r\\n/i

  /** One connection, its answer, and when that was whole. */
  class Asker {
    port
    text = ''
    askedAt = 0
    ms = 0
    constructor(port) {
      this.port = port
      this.socket = connect(port, '127.0.0.1')
      this.isOpen = new Promise((resolve) => this.socket.once('connect', resolve).once('error', resolve))
      this.whole = new Promise((resolve) => this.socket.once('close', resolve))
      this.socket.on('error', () => {})
      this.socket.setNoDelay(true)
      this.socket.on('data', (chunk) => {
        this.ms = performance.now() - this.askedAt
        this.text += chunk.latin1Slice()
        const head = ends.exec(this.text)
        if (head !== null && this.text.length >= head.index + head[0].length + Number(head[1])) this.socket.destroy()
      })
    }
    ask(request) {
      this.askedAt = performance.now()
      this.socket.write(request)
    }
    get isSound() {
      return this.text.startsWith('HTTP/1.1 200 ')
    }
    get body() {
      return this.text.slice(this.text.indexOf('\\r\\n\\r\\n') + 4)
    }
  }

  async function answersOf(askers) {
    await Promise.all(askers.map(({ whole }) => whole))
    const sound = askers.filter(({ isSound }) => isSound)
    return {
      failures: askers.length - sound.length,
      bodies: [...new Set(sound.map(({ body }) => body))],
      collapsed: sound.filter(({ text }) => /; collapsed/.test(text)).length,
      times: sound.map(({ ms }) => ms),
    }
  }

  for (;;) {
    const [{ path, ports, times }] = await once(process, 'message')
    const request = Buffer.from('GET ' + path + ' HTTP/1.1\\r\\nHost: fleet.example\\r\\n\\r\\n')
    // One for each in turn, so that no process is served by the first only.
    const askers = Array.from({ length: times }, () => ports.map((port) => new Asker(port))).flat()
    await Promise.all(askers.map(({ isOpen }) => isOpen))
    process.send('connected')
    const [at] = await once(process, 'message')
    await wait(at - Date.now())
    for (const asker of askers) asker.ask(request)
    const answers = ports.map((port) => answersOf(askers.filter((asker) => asker.port === port)))
    process.send(await Promise.all(answers))
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
