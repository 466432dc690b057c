/** What the measured handler does, in every framework: it answers with a list of small objects, and is counted. */
import { Readable } from 'node:stream'

export interface Item {
  readonly id: number
  readonly name: string
  readonly price: number
}

const itemBytes = 50
const streamedAtOnce = 1_000

export class Handler {
  /** How often it has run. */
  runs = 0
  /** What it sends, as bytes. */
  readonly #bytes: Buffer
  readonly #items: readonly Item[]

  /** `size` is about how many bytes it sends. */
  constructor(size: number) {
    const count = Math.max(1, Math.round(size / itemBytes))
    this.#items = Array.from({ length: count }, (_, id) => ({
      id: 100_000 + id,
      name: 'amber lamp',
      price: 12_345,
    }))
    this.#bytes = Buffer.from(JSON.stringify(this.#items))
  }

  items(): readonly Item[] {
    this.runs++
    return this.#items
  }

  bytes(): Buffer {
    this.runs++
    return this.#bytes
  }

  /** One kilobyte at a time. */
  stream(): Readable {
    const bytes = this.bytes()
    const count = Math.ceil(bytes.length / streamedAtOnce)
    const chunks = Array.from({ length: count }, (_, index) =>
      bytes.subarray(index * streamedAtOnce, (index + 1) * streamedAtOnce),
    )
    return Readable.from(chunks, { objectMode: false })
  }
}
