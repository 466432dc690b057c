/** The latest messages of all topics, numbered without gaps, in bounded room. */
import { digest } from '@forebay/core'
import type { Environment } from '../environment/environment.ts'
import type { Table } from '../environment/table.ts'

export interface LoggedMessage {
  readonly number: number
  readonly origin: string
  /** A digest of the topic's name. */
  readonly topic: string
  readonly text: string
}

/** Who has not read for so long that more than this came has missed some. */
export const mostMessages = 10_000
const mostBytes: number = 32 * 2 ** 20

const headKey = Buffer.from('bus')
const headLength = 24

interface Head {
  /** Number of the latest message. */
  readonly last: number
  /** Number of the latest message that was forgotten. */
  readonly forgotten: number
  readonly bytes: number
}

const none: Head = { last: 0, forgotten: 0, bytes: 0 }

export class MessageLog {
  readonly #environment: Environment
  readonly #facts: Table
  readonly #messages: Table

  constructor(environment: Environment) {
    this.#environment = environment
    this.#facts = environment.table('facts')
    this.#messages = environment.table('messages')
  }

  /** Number of the latest message. */
  get last(): number {
    return this.#head().last
  }

  append(origin: string, topic: string, text: string): void {
    // JSON keeps every text exactly, unpaired surrogates too.
    const message = Buffer.from(JSON.stringify([origin, digest(topic), text]))
    this.#environment.write(() => {
      const head = this.#head()
      const last = head.last + 1
      this.#messages.put(keyOf(last), message)
      let { forgotten } = head
      let bytes = head.bytes + message.length
      while (last - forgotten > mostMessages || (bytes > mostBytes && forgotten < last - 1)) {
        const oldest = keyOf(++forgotten)
        bytes -= this.#messages.get(oldest)?.length ?? 0
        this.#messages.remove(oldest)
      }
      this.#putHead({ last, forgotten, bytes })
    })
  }

  /** Those after that one, in order; undefined when some of them were forgotten. */
  after(number: number): readonly LoggedMessage[] | undefined {
    const { last, forgotten } = this.#head()
    if (forgotten > number || last < number) return undefined
    if (last === number) return []
    const rows = this.#messages.rows({ start: keyOf(number + 1), most: last - number })
    return rows.map(({ value }, index) => {
      const [origin, topic, text] = JSON.parse(value.toString()) as [string, string, string]
      return { number: number + 1 + index, origin, topic, text }
    })
  }

  #head(): Head {
    const bytes = this.#facts.get(headKey)
    if (bytes?.length !== headLength) return none
    return { last: bytes.readDoubleLE(0), forgotten: bytes.readDoubleLE(8), bytes: bytes.readDoubleLE(16) }
  }

  #putHead({ last, forgotten, bytes }: Head): void {
    const record = Buffer.alloc(headLength)
    record.writeDoubleLE(last, 0)
    record.writeDoubleLE(forgotten, 8)
    record.writeDoubleLE(bytes, 16)
    this.#facts.put(headKey, record)
  }
}

/** In the order of the numbers. */
function keyOf(number: number): Buffer {
  const key = Buffer.alloc(8)
  key.writeBigUInt64BE(BigInt(number))
  return key
}
