/** Writes that wait in this process: of each key the newest value, the oldest key first. They end with the process. */
import { closed, WaitingLine, type WaitingLineOptions } from './waiting-line.ts'
import type { Batch, Taken, WriteQueue } from './write-queue.ts'

export interface MemoryQueueOptions extends WaitingLineOptions {
  /** How many keys may wait to be flushed, those in flight included. */
  readonly maxPending: number
}

export class MemoryQueue<T> implements WriteQueue<T> {
  readonly durable = false
  readonly #options: MemoryQueueOptions
  readonly #line: WaitingLine<readonly [key: string, value: T]>
  /** By key, in the order in which the keys came. */
  readonly #waiting = new Map<string, T>()
  #taken: Batch<T>['entries'] = []
  #isClosed = false

  constructor(options: MemoryQueueOptions) {
    this.#options = options
    this.#line = new WaitingLine(options)
  }

  get size(): number {
    return this.#waiting.size + this.#taken.length
  }

  async add(key: string, value: T): Promise<undefined> {
    if (this.#isClosed) throw closed(this.#options.name)
    // Whoever waits for room may have an older value of this key; then it is not waiting here.
    if (this.#waiting.has(key) || (this.#line.size === 0 && this.#hasRoom())) this.#waiting.set(key, value)
    else await this.#line.wait([key, value])
  }

  async take(most: number): Promise<Taken<Batch<T>>> {
    if (this.#taken.length === 0) {
      const entries: (readonly [string, T])[] = []
      for (const entry of this.#waiting) {
        if (entries.length >= most) break
        entries.push(entry)
      }
      for (const [key] of entries) this.#waiting.delete(key)
      this.#taken = entries
    }
    if (this.#taken.length === 0) return 'empty'
    const isLast = this.#waiting.size === 0
    return { entries: this.#taken, token: 0, isLast, unreadable: undefined, lost: undefined, isNewer }
  }

  async done(): Promise<void> {
    this.#taken = []
    while (this.#line.size > 0 && this.#hasRoom()) {
      for (const { item, admit } of this.#line.first(1)) {
        this.#waiting.set(...item)
        admit()
      }
    }
  }

  async rest(): Promise<void> {}

  /** It is the next one anyway. */
  async putBack(): Promise<void> {}

  hasNewer(key: string): boolean {
    return this.#waiting.has(key)
  }

  close(): void {
    this.#isClosed = true
    this.#line.close()
  }

  async abandon(): Promise<Batch<T>['entries']> {
    this.close()
    const newest = new Map([...this.#taken, ...this.#waiting])
    this.#taken = []
    this.#waiting.clear()
    return [...newest]
  }

  #hasRoom(): boolean {
    return this.size < this.#options.maxPending
  }
}

/** What is newer waits in this process, and is known to. */
function isNewer(): boolean {
  return false
}
