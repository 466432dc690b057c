/** The marks of one scope in Redis, and what this node knows of them. */
import {
  everythingMember,
  headLayout,
  KnownMarks,
  memberOf,
  readMarksHead,
  type Clock,
  type KnownNumbers,
  type Mark,
  type Marked,
  type MarksHead,
} from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import type { RedisClock } from '../redis-clock.ts'
import type { EntryNames } from './entry-names.ts'
import type { Script } from '../connection/script.ts'

export interface MarksStoreOptions {
  readonly connection: Connection
  readonly clock: RedisClock
  /** The clock of this process. */
  readonly local: Clock
  readonly names: EntryNames
  readonly script: Script
}

/** Somebody who waits for a stamp. */
interface Stamping {
  readonly resolve: (stamp: number) => void
  readonly reject: (error: unknown) => void
}

/** Replies begin with the server's time, as a float. */
const timeBytes = 8

/** How many marks travel together: Redis does nothing else while a script runs. */
const mostPerCall = 2_000

/** Marks are kept so many times longer than an entry asks for, so that not every longer-lived one has to ask again. */
const prolongation = 2

/**
 * In Redis stand a head of fixed length (how many marks, the number of the latest, until when they live) and a sorted set of
 * the marks. The head is read with every entry; the marks themselves only when it tells of one that this node does not know.
 */
export class MarksStore {
  readonly #options: MarksStoreOptions
  readonly #known = new KnownMarks()
  #learning: Promise<void> | undefined
  #stamping: Stamping[] = []

  constructor(options: MarksStoreOptions) {
    this.#options = options
  }

  /** What this node knows. To be taken before the head is asked for, and given to `settle` with it. */
  get numbers(): KnownNumbers {
    return this.#known.numbers
  }

  isOutrun(entry: Marked): boolean {
    return this.#known.isOutrun(entry)
  }

  isSoftened(entry: Marked): boolean {
    return this.#known.isSoftened(entry)
  }

  /**
   * Undefined when this node knows every mark that stood when the head was read; otherwise a promise until it does. `bytes` is
   * null where there is no head: the marks were lost, and everything made before counts as invalidated.
   */
  settle(bytes: Buffer | null, asked: KnownNumbers): Promise<void> | undefined {
    const head = bytes === null ? undefined : readMarksHead(bytes)
    if (head !== undefined && this.#known.hear(head, asked)) return undefined
    return this.#learnFor(head, asked)
  }

  /** Makes the marks live at least until `deleteAt`, as an entry does that they may concern. Undefined when they do. */
  reach(deleteAt: number): Promise<void> | undefined {
    if (deleteAt <= this.#known.until) return undefined
    const now = this.#options.clock.now()
    return this.#learn(now + prolongation * (deleteAt - now))
  }

  /** Greater than every stamp and mark before. Those that are asked for in one tick are taken by one call. */
  stamp(): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#stamping.length === 0) setImmediate(this.#takeStamps)
      this.#stamping.push({ resolve, reject })
    })
  }

  readonly #takeStamps = (): void => {
    const wanted = this.#stamping
    this.#stamping = []
    this.#run('stamp', [String(wanted.length)])
      .then((reply) => {
        const { head } = this.#read(reply, 0)
        this.#known.hear(head, this.#known.numbers)
        const first = head.last - wanted.length + 1
        for (const [index, { resolve }] of wanted.entries()) resolve(first + index)
      })
      .catch((error: unknown) => {
        for (const { reject } of wanted) reject(error)
      })
  }

  async mark(marks: readonly Mark[], soft: boolean): Promise<void> {
    for (let from = 0; from < marks.length; from += mostPerCall) {
      await this.#markTogether(marks.slice(from, from + mostPerCall), soft)
    }
  }

  async #markTogether(marks: readonly Mark[], soft: boolean): Promise<void> {
    const members = new Set(marks.map((mark) => memberOf(mark, soft)))
    const words = members.has(everythingMember) ? [everythingMember] : [...members]
    const reply = await this.#run('mark', words)
    const { head, rest } = this.#read(reply, timeBytes)
    this.#known.added(marks, soft, { mark: head.markedAt, before: rest.readDoubleLE(0) })
    this.#known.hear(head, this.#known.numbers)
  }

  async #learnFor(head: MarksHead | undefined, asked: KnownNumbers): Promise<void> {
    const underway = this.#learning
    if (underway !== undefined) {
      // That question may have left before this head was read, and lack what the head tells of; a new one will not.
      await underway.catch(() => undefined)
      if (head !== undefined && this.#known.hear(head, asked)) return
    }
    await (this.#learning ?? this.#learn(0))
  }

  #learn(until: number): Promise<void> {
    const learning = this.#learnNow(until).finally(() => {
      if (this.#learning === learning) this.#learning = undefined
    })
    this.#learning = learning
    return learning
  }

  async #learnNow(until: number): Promise<void> {
    const reply = await this.#run('learn', [String(this.#known.learntUpTo)], until)
    if (!Array.isArray(reply)) throw noMarks()
    const [first, ...rest] = reply as unknown[]
    const { head } = this.#read(first, 0)
    const members: [string, number][] = []
    for (let index = 0; index + 1 < rest.length; index += 2) {
      members.push([String(rest[index]), Number(String(rest[index + 1]))])
    }
    this.#known.learn(head, members)
    this.#known.hear(head, this.#known.numbers)
  }

  async #run(operation: string, words: readonly string[] = [], until: number = 0): Promise<unknown> {
    const { connection, script, names, local, clock } = this.#options
    const { last, mark } = this.#known.numbers
    const sentAt = local.now()
    const reply = await runScript(connection, script, {
      keys: [names.head, names.marks],
      words: [operation, String(last), String(mark), String(until), ...words],
    })
    const timed: unknown = Array.isArray(reply) ? reply[0] : reply
    if (Buffer.isBuffer(timed) && timed.length >= timeBytes) {
      clock.learn(timed.readDoubleLE(0), sentAt, local.now())
    }
    return reply
  }

  #read(reply: unknown, restBytes: number): { readonly head: MarksHead; readonly rest: Buffer } {
    const headEnd = timeBytes + headLayout.length
    if (!Buffer.isBuffer(reply) || reply.length !== headEnd + restBytes) throw noMarks()
    const head = readMarksHead(reply.subarray(timeBytes, headEnd))
    if (head === undefined) throw noMarks()
    return { head, rest: reply.subarray(headEnd) }
  }
}

function noMarks(): TypeError {
  return new TypeError('Redis answered with something that tells of no marks')
}
