/** The load generator: raw sockets that ask again as soon as they are answered, so that the client costs little. */
import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'
import { fieldsOf, pathOf } from './request.ts'
import { expectedStatus, type Scenario } from './scenario.ts'

export interface Load {
  readonly scenario: Scenario
  readonly port: number
  /** Requests on each connection. */
  readonly each: number
  readonly etag: string | undefined
}

export const connections = 16

/** A server that says nothing for so long has failed. */
const silenceMs = 20_000

/** Makes the requests and resolves with the wall time in ms; rejects when an answer has another status than the scenario's. */
export async function load(one: Load): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: connections }, () => drive(one)))
  return performance.now() - startedAt
}

function drive({ port, scenario, each, etag }: Load): Promise<void> {
  const fields = Object.entries(fieldsOf(scenario, etag)).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${fields.join('')}\r\n`
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let left = each
    const answers = new AnswerReader(expectedStatus(scenario))
    const ask = (): void => void socket.write(`GET ${pathOf(scenario)} HTTP/1.1\r\n${head}`)
    const fail = (error: unknown): void => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(silenceMs, () => fail(new Error('it does not answer')))
    socket.on('error', fail)
    socket.on('close', () => reject(new Error('it closes the connection')))
    socket.on('connect', ask)
    socket.on('data', (chunk) => {
      try {
        if (!answers.isComplete(chunk)) return
      } catch (error) {
        fail(error)
        return
      }
      if (--left > 0) {
        ask()
      } else {
        resolve()
        socket.destroy()
      }
    })
  })
}
