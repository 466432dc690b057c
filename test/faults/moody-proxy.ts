/** A way to a Redis server that can be made slow, broken or lying at any time. */
import type { Socket } from 'node:net'
import { startFront } from '../redis/front.ts'

export type Mood =
  | { readonly kind: 'fair' }
  /** Every answer comes so much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Half of each answer arrives, then the connection breaks. */
  | { readonly kind: 'cutting' }
  /** Whatever the server says becomes this. */
  | { readonly kind: 'garbage'; readonly bytes: string }
  /** Connections are accepted, and nothing passes until it ends. */
  | { readonly kind: 'silent' }
  /** Every command is answered with this reply, but for those that connections begin with. */
  | { readonly kind: 'answering'; readonly reply: string }

export interface MoodyProxy {
  readonly port: number
  /** From now on, on connections that are open as well. */
  become(mood: Mood): void
  /** Breaks all connections: what is on its way on them would be taken for the answer to something else. */
  breakAll(): void
  /** Where new connections lead. */
  pointTo(port: number): void
  stop(): Promise<void>
}

const first = /^(hello|auth|info|client|select|quit)$/i

export async function startMoodyProxy(to: number): Promise<MoodyProxy> {
  let mood: Mood = { kind: 'fair' }
  let target = to
  const listenIn = (end: Socket): void => void (mood.kind === 'silent' ? end.pause() : end.resume())
  const front = await startFront(
    () => target,
    (client, server) => {
      const commands = new CommandReader()
      client.on('data', (chunk) => {
        if (mood.kind !== 'answering') {
          server.write(chunk)
          return
        }
        for (const { name, bytes } of commands.read(chunk)) {
          if (first.test(name)) server.write(bytes)
          else client.write(mood.reply)
        }
      })
      const answers = new Answers(client)
      server.on('data', (chunk) => answers.pass(chunk, mood))
      for (const end of [client, server]) listenIn(end)
    },
  )
  return {
    port: front.port,
    become: (next) => {
      mood = next
      for (const end of front.open) listenIn(end)
    },
    breakAll: front.breakAll,
    pointTo: (port) => {
      target = port
    },
    stop: front.stop,
  }
}

/** Whatever the mood, no answer overtakes another. */
class Answers {
  readonly #socket: Socket
  #latestAt = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  pass(chunk: Buffer, mood: Mood): void {
    const at = Math.max(this.#latestAt, performance.now() + (mood.kind === 'slow' ? mood.delayMs : 0))
    this.#latestAt = at
    const waitMs = at - performance.now()
    if (waitMs <= 0) this.#write(chunk, mood)
    else setTimeout(() => this.#write(chunk, mood), waitMs)
  }

  #write(chunk: Buffer, mood: Mood): void {
    if (mood.kind === 'cutting') this.#socket.end(chunk.subarray(0, Math.ceil(chunk.length / 2)))
    else this.#socket.write(mood.kind === 'garbage' ? mood.bytes : chunk)
  }
}

/** Takes requests apart: arrays of bulk strings. */
class CommandReader {
  #rest = Buffer.alloc(0)

  read(chunk: Buffer): { name: string; bytes: Buffer }[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const commands: { name: string; bytes: Buffer }[] = []
    for (let command = this.#next(); command !== undefined; command = this.#next()) commands.push(command)
    return commands
  }

  #next(): { name: string; bytes: Buffer } | undefined {
    const line = (from: number): number => this.#rest.indexOf('\r\n', from)
    const headEnd = line(0)
    if (headEnd === -1) return undefined
    const count = Number(this.#rest.subarray(1, headEnd))
    let at = headEnd + 2
    let name = ''
    for (let word = 0; word < count; word++) {
      const lengthEnd = line(at)
      if (lengthEnd === -1) return undefined
      const end = lengthEnd + 2 + Number(this.#rest.subarray(at + 1, lengthEnd))
      if (this.#rest.length < end + 2) return undefined
      if (word === 0) name = this.#rest.subarray(lengthEnd + 2, end).toString()
      at = end + 2
    }
    const bytes = this.#rest.subarray(0, at)
    this.#rest = this.#rest.subarray(at)
    return { name, bytes }
  }
}
