/** Writes that wait in a journal: they outlive this process, and any process flushes them, one at a time. */
import { ForebayError } from '../../kit/forebay-error.ts'
import type { Undo } from '../../ports/clock.ts'
import type { Codec } from '../../ports/codec.ts'
import type { Journal } from '../../ports/journal.ts'
import { backoffMs } from '../../kit/backoff.ts'
import { BoundedMap } from '../../kit/bounded-map.ts'
import { HeldReader } from './held-reader.ts'
import { batchesOf, type Found, type JournalBatch, type NewestRead } from './journal-batches.ts'
import { encodeWrite, labelOf, originOf, type WriteOrigin } from './journal-format.ts'
import { OwnWrites } from './own-writes.ts'
import { WaitingLine, type WaitingLineOptions } from './waiting-line.ts'
import type { Taken, WriteQueue } from './write-queue.ts'

export interface JournalQueueOptions<T> extends WaitingLineOptions {
  readonly journal: Journal
  readonly stream: string
  readonly codec: Codec<T>
  readonly random: () => number
  readonly maxPending: number
  readonly leaseMs: number
}

/** Writes that are appended in one call. */
const mostPerAppend = 256

/** Batches' worth of records that are read at once: of a key that is written often, most values are superseded. */
const batchesAtOnce = 10

/** Keys of which it is remembered which writes were read, and of how many writers each: processes come and go. */
const rememberedKeys = 10_000
const rememberedWriters = 64

/** How soon a journal that was full is tried again. */
const fullBackoff = { firstMs: 10, mostMs: 250 }

interface Write {
  readonly key: string
  readonly value: Uint8Array
  readonly origin: WriteOrigin
}

/** What was found in the journal. */
interface Look {
  readonly keys: ReadonlyMap<string, Found>
  /** Nothing else was there. */
  readonly isAll: boolean
}

export class JournalQueue<T> implements WriteQueue<T, JournalBatch<T>> {
  readonly durable = true
  readonly #options: JournalQueueOptions<T>
  readonly #line: WaitingLine<Write>
  readonly #own = new OwnWrites()
  /** By key: of each writer the newest write that was read here. */
  readonly #writers = new BoundedMap<string, NewestRead>(rememberedKeys)
  #held: HeldReader | undefined
  /** Read from the journal, to be taken next. No two of them have a key in common. */
  #next: JournalBatch<T>[] = []
  /** Sequence of the latest write of this process that was accepted before the latest look into the journal. */
  #lookedAfter = 0
  #isAppending = false
  #isAbandoned = false
  #timesFull = 0
  #stopWaiting: Undo = () => {}

  constructor(options: JournalQueueOptions<T>) {
    this.#options = options
    this.#line = new WaitingLine(options)
  }

  get size(): number {
    return this.#own.size
  }

  async add(key: string, value: T): Promise<string> {
    const origin = this.#own.next()
    const write = { key, value: encodeWrite(this.#options.codec, origin, value), origin }
    const accepted = this.#line.wait(write)
    if (this.#timesFull === 0) void this.#append()
    await accepted
    return labelOf(origin)
  }

  async take(most: number): Promise<Taken<JournalBatch<T>>> {
    if (this.#isAbandoned) return 'empty'
    const before = this.#held
    try {
      const held = await this.#open()
      if (held === undefined) return 'elsewhere'
      // What an earlier reader took is read again.
      if (held !== before) this.#next = []
      if (this.#next.length === 0) {
        this.#lookedAfter = this.#own.latest
        const found = await this.#read(held, most)
        if (found === undefined) return await this.#leave('elsewhere')
        this.#next = batchesOf(found.keys, { codec: this.#options.codec, held, most, isAll: found.isAll })
      }
      const next = this.#next.shift()
      if (next !== undefined) return next
      await this.rest()
      return 'empty'
    } catch (error) {
      // What was read already is read again by the next reader.
      await this.#leave('elsewhere')
      throw error
    }
  }

  async done({ ids }: JournalBatch<T>): Promise<void> {
    const acknowledged = await this.#held?.reader.acknowledge(ids)
    if (acknowledged !== true) this.#held?.lose()
    // There is room now, though others may be faster.
    this.#stopWaiting()
    void this.#append()
  }

  async rest(): Promise<void> {
    this.#own.doneUpTo(this.#lookedAfter)
    await this.#leave(undefined)
  }

  async putBack(): Promise<void> {
    await this.#leave('elsewhere')
  }

  hasNewer(key: string): boolean {
    return this.#own.has(key)
  }

  close(): void {
    this.#stopWaiting()
    this.#line.close()
  }

  /** All of it stays in the journal. */
  async abandon(): Promise<[]> {
    this.close()
    this.#isAbandoned = true
    this.#held?.lose()
    return await this.#leave([])
  }

  async #open(): Promise<HeldReader | undefined> {
    if (this.#held?.isLost === false) return this.#held
    this.#held = undefined
    const { journal, stream, clock, leaseMs } = this.#options
    const openedAt = clock.now()
    const reader = await journal.open(stream, leaseMs)
    if (reader !== undefined) this.#held = new HeldReader({ reader, clock, leaseMs, openedAt })
    return this.#held
  }

  /**
   * Undefined: lost. All that an earlier reader took is read before any of it is flushed: of a key, that reader may have
   * flushed the newest value, and an older one must not come after it.
   */
  async #read({ reader }: HeldReader, most: number): Promise<Look | undefined> {
    const keys = new Map<string, Found>()
    let areOld = true
    for (let count = 0; areOld || count < most * batchesAtOnce;) {
      const records = await reader.read(most)
      if (records === undefined) return undefined
      if (records.length === 0) return { keys, isAll: true }
      areOld = records.at(-1)?.wasTaken === true
      count += records.length
      for (const record of records) {
        this.#own.seen(record.key, record.value)
        const known = keys.get(record.key) ?? {
          newest: record,
          ids: [],
          writers: this.#writersOf(record.key),
        }
        keys.set(record.key, known)
        known.newest = record
        known.ids.push(record.id)
        const origin = originOf(record.value)
        if (origin !== undefined)
          known.writers.set(Buffer.from(origin.writer).toString('hex'), origin.sequence)
      }
    }
    return { keys, isAll: false }
  }

  #writersOf(key: string): NewestRead {
    const writers = this.#writers.get(key) ?? new BoundedMap<string, number>(rememberedWriters)
    this.#writers.set(key, writers)
    return writers
  }

  async #leave<const Answer>(answer: Answer): Promise<Answer> {
    const held = this.#held
    this.#held = undefined
    this.#next = []
    await held?.release()
    return answer
  }

  /** One call at a time: the order in line is the order in the journal. */
  async #append(): Promise<void> {
    if (this.#isAppending) return
    this.#isAppending = true
    const { journal, stream, maxPending } = this.#options
    while (this.#line.size > 0) {
      const waiting = this.#line.first(mostPerAppend)
      const writes = waiting.map(({ item }) => item)
      try {
        const added = await journal.append(stream, writes, maxPending)
        for (const { item, admit } of waiting.slice(0, added)) {
          this.#own.accepted(item.key, item.origin)
          admit()
        }
        this.#timesFull = added < waiting.length ? this.#timesFull + 1 : 0
        if (this.#timesFull > 0) break
      } catch (error) {
        const refusal = unconfirmed(error)
        for (const { refuse } of waiting) refuse(refusal)
      }
    }
    this.#isAppending = false
    if (this.#line.size === 0) this.#timesFull = 0
    if (this.#timesFull > 0) this.#waitForRoom()
  }

  #waitForRoom(): void {
    const { clock, random } = this.#options
    this.#stopWaiting()
    this.#stopWaiting = clock.schedule(backoffMs({ ...fullBackoff, random }, this.#timesFull), () => {
      void this.#append()
    })
  }
}

function unconfirmed(error: unknown): ForebayError {
  if (error instanceof ForebayError) return error
  const words =
    'write: the backend has not confirmed that it accepted the value, which may be flushed all the same.'
  return new ForebayError('FOREBAY_UNAVAILABLE', words, { cause: error })
}
