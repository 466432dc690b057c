/** Changing what stands under a name: one script call each, which looks and changes in one step. */
import { frameLayout, type EntryTimes } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import type { Script } from '../connection/script.ts'

const { staleAt, deleteAt, stamp } = frameLayout

const doubleBytes = 8

export class EntryChanges {
  readonly #connection: Connection
  readonly #script: Script

  constructor(connection: Connection, script: Script) {
    this.#connection = connection
    this.#script = script
  }

  /** Where a newer frame stands already, what stands there before the value; `over` for a frame past its end. */
  async set(name: string, frame: Buffer): Promise<'stored' | 'over' | Buffer> {
    const reply = await this.#run(name, 'set', frame)
    if (Buffer.isBuffer(reply)) return reply
    return reply === 1 ? 'stored' : 'over'
  }

  /** What stands before the value, where there is an entry. */
  async touch(name: string, times: EntryTimes): Promise<Buffer | undefined> {
    const bytes = Buffer.alloc(stamp - staleAt)
    bytes.writeDoubleLE(times.staleAt)
    bytes.writeDoubleLE(times.deleteAt, deleteAt - staleAt)
    return bytesOf(await this.#run(name, 'touch', bytes))
  }

  /** Takes away whatever stands there: what stood before the value, where it was an entry. */
  async take(name: string): Promise<Buffer | undefined> {
    return bytesOf(await this.#run(name, 'take', Buffer.alloc(0)))
  }

  /** Takes away that frame, if it still stands there. Never rejects: nobody finds what is dropped anyway. */
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
