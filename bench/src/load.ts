/** The load generator: raw sockets that ask again as soon as they are answered, so that the client costs little. */
import { connect, type Socket } from 'node:net'
import type { Scenario } from './scenario.ts'

export interface Load {
  readonly scenario: Scenario
  readonly port: number
  readonly requests: number
  readonly connections: number
  /** Undefined for any: the first requests of a limiter may pass before it denies. */
  readonly expectedStatus: number | undefined
}

const fields = 'Host: shop.example\r\nAccept: application/json\r\nUser-Agent: bench\r\n'

let asked = 0

function requestText(scenario: Scenario): string {
  // Every URL is a new one, for all runs together.
  if (scenario === 'cold-1k') return `GET /?n=${asked++} HTTP/1.1\r\n${fields}\r\n`
  const condition = scenario === 'not-modified' ? 'If-None-Match: *\r\n' : ''
  return `GET / HTTP/1.1\r\n${fields}${condition}\r\n`
}

/** Makes the requests and resolves with the wall time in ms; rejects when an answer has another status. */
export async function load(one: Load): Promise<number> {
  const startedAt = performance.now()
  const each = Math.ceil(one.requests / one.connections)
  await Promise.all(Array.from({ length: one.connections }, () => drive(one, each)))
  return performance.now() - startedAt
}

function drive({ port, scenario, expectedStatus }: Load, requests: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let left = requests
    const answers = new AnswerReader(expectedStatus)
    socket.on('error', reject)
    socket.on('connect', () => socket.write(requestText(scenario)))
    socket.on('data', (chunk) => {
      try {
        if (!answers.isComplete(chunk)) return
      } catch (error) {
        socket.destroy()
        reject(error)
        return
      }
      if (--left > 0) {
        socket.write(requestText(scenario))
      } else {
        socket.destroy()
        resolve()
      }
    })
  })
}

/** Knows where one answer ends: by Content-Length, or by the last chunk. */
class AnswerReader {
  readonly #statusLine: string
  #missing = 0
  #chunked = false

  constructor(expectedStatus: number | undefined) {
    this.#statusLine = `HTTP/1.1 ${expectedStatus ?? ''}`
  }

  isComplete(chunk: Buffer): boolean {
    if (this.#chunked) return this.#endsChunked(chunk)
    if (this.#missing > 0) {
      this.#missing -= chunk.length
      return this.#missing <= 0
    }
    const headEnd = chunk.indexOf('\r\n\r\n')
    const head = chunk.toString('latin1', 0, headEnd)
    if (!head.startsWith(this.#statusLine)) throw new Error(`unexpected answer: ${head.slice(0, 300)}`)
    if (head.startsWith('HTTP/1.1 304')) return true
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      this.#chunked = true
      return this.#endsChunked(chunk)
    }
    this.#missing = Number(length) - (chunk.length - headEnd - 4)
    return this.#missing <= 0
  }

  #endsChunked(chunk: Buffer): boolean {
    const ended = chunk.toString('latin1', Math.max(0, chunk.length - 5)) === '0\r\n\r\n'
    if (ended) this.#chunked = false
    return ended
  }
}
