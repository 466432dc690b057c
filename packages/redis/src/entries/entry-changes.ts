/** Changes to one entry: each is one script call, which looks and changes in one step. */
import { frameLayout, type EntryTimes } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import type { Script } from '../connection/script.ts'

const { staleAt, deleteAt, stamp } = frameLayout

const doubleBytes = 8

/** Here the head of an entry is the bytes of its frame (`cache/frame.ts` of `@forebay/core`) before the value. */
export class EntryChanges {
  readonly #connection: Connection
  readonly #script: Script

  constructor(connection: Connection, script: Script) {
    this.#connection = connection
    this.#script = script
  }

  /** `stored`; `over` when the frame is past its end already; where a newer entry stands, and stays, the head of that one. */
  async set(name: string, frame: Buffer): Promise<'stored' | 'over' | Buffer> {
    const reply = await this.#run(name, 'set', frame)
    if (Buffer.isBuffer(reply)) return reply
    return reply === 1 ? 'stored' : 'over'
  }

  /** Gives the entry another life. Its head with the new times; undefined where there is no entry. */
  async touch(name: string, times: EntryTimes): Promise<Buffer | undefined> {
    const bytes = Buffer.alloc(stamp - staleAt)
    bytes.writeDoubleLE(times.staleAt)
    bytes.writeDoubleLE(times.deleteAt, deleteAt - staleAt)
    return bytesOf(await this.#run(name, 'touch', bytes))
  }

  /** Takes away whatever stands there. The head of what it was; undefined where it was no entry. */
  async take(name: string): Promise<Buffer | undefined> {
    return bytesOf(await this.#run(name, 'take', Buffer.alloc(0)))
  }

  /** Takes that frame away if it still stands there. Never rejects: marks keep everybody from finding it anyway. */
  async drop(name: string, frame: Buffer): Promise<void> {
    await this.#run(name, 'drop', frame.subarray(stamp, stamp + doubleBytes)).catch(() => undefined)
  }

  #run(name: string, operation: string, word: Buffer): Promise<unknown> {
    return runScript(this.#connection, this.#script, { keys: [name], words: [operation, word] })
  }
}

function bytesOf(reply: unknown): Buffer | undefined {
  return Buffer.isBuffer(reply) ? reply : undefined
}
