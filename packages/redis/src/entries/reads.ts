/** Keys asked for in one tick are read together: by one command, in a Cluster by one for each. */
import type { Clock } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import type { RedisClock } from '../redis-clock.ts'

export interface ReadsOptions {
  readonly connection: Connection
  readonly clock: RedisClock
  /** The clock of this process. */
  readonly local: Clock
}

interface Asked {
  readonly names: readonly string[]
  readonly resolve: (values: readonly (Buffer | null)[]) => void
  readonly reject: (error: unknown) => void
}

/** Redis does nothing else while it gathers values: one command reads no more keys than this, and, as a rule, bytes. */
const mostPerCommand = 64
const mostBytesPerCommand = 2 ** 20

/** The share of the latest command in what is thought of the size of a value. */
const latestShare = 1 / 4

/** How long a measurement of the server's time is good enough for lives of entries. */
const timeIsGoodMs = 30_000

const timeAgainMs = 1_000

/**
 * Who asks alone in a tick waits for nothing but its end. Where the server's time is not known, or not known well any more,
 * it is asked for with the first read: lives end on its clock.
 */
export class Reads {
  readonly #options: ReadsOptions
  #asked: Asked[] = []
  #timeAskedAt = -Infinity
  #bytesPerKey = 0

  constructor(options: ReadsOptions) {
    this.#options = options
  }

  /** A value, or null where there is none, for each name. */
  ask(names: readonly string[]): Promise<readonly (Buffer | null)[]> {
    return new Promise((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(this.#send)
      this.#asked.push({ names, resolve, reject })
    })
  }

  readonly #send = (): void => {
    const asked = this.#asked
    this.#asked = []
    const time = this.#learnTime()
    if (this.#options.connection.isCluster) return this.#readOneByOne(asked, time)
    const most = Math.max(2, Math.min(mostPerCommand, mostBytesPerCommand / this.#bytesPerKey))
    let together: Asked[] = []
    let names = new Map<string, number>()
    for (const one of asked) {
      for (const name of one.names) if (!names.has(name)) names.set(name, names.size)
      together.push(one)
      if (names.size < most) continue
      this.#readTogether(together, names, time)
      together = []
      names = new Map()
    }
    if (together.length > 0) this.#readTogether(together, names, time)
  }

  #readTogether(
    asked: readonly Asked[],
    names: ReadonlyMap<string, number>,
    time: Promise<void> | undefined,
  ): void {
    const reply = this.#options.connection.call('MGET', [...names.keys()])
    after(time, reply)
      .then((values) => {
        if (!Array.isArray(values) || values.length !== names.size) throw noValues()
        this.#noteSize(values)
        const valueOf = (name: string): Buffer | null => asValue(values[names.get(name) ?? -1])
        for (const one of asked) one.resolve(one.names.map(valueOf))
      })
      .catch((error: unknown) => failAll(asked, error))
  }

  #noteSize(values: readonly unknown[]): void {
    const bytes = values.reduce<number>((sum, value) => sum + (Buffer.isBuffer(value) ? value.length : 0), 0)
    this.#bytesPerKey += (bytes / values.length - this.#bytesPerKey) * latestShare
  }

  #readOneByOne(asked: readonly Asked[], time: Promise<void> | undefined): void {
    const replies = new Map<string, Promise<Buffer | null>>()
    const readOnce = (name: string): Promise<Buffer | null> => {
      const reply = replies.get(name) ?? this.#readOne(name)
      replies.set(name, reply)
      return reply
    }
    for (const { names, resolve, reject } of asked) {
      after(time, Promise.all(names.map(readOnce))).then(resolve, reject)
    }
  }

  #readOne(name: string): Promise<Buffer | null> {
    return this.#options.connection.call('GET', [name]).then(asValue, (error: unknown) => {
      // MGET says the same of a key that holds something else than a string.
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null
      throw error
    })
  }

  /** Never rejects: a server that does not tell the time does not tell values either. */
  #learnTime(): Promise<void> | undefined {
    const { clock, local, connection } = this.#options
    const sentAt = local.now()
    if (sentAt - clock.measuredAt < timeIsGoodMs) return undefined
    // What it said then was no better than what was known, or it did not answer.
    if (clock.measuredAt !== -Infinity && sentAt - this.#timeAskedAt < timeAgainMs) return undefined
    this.#timeAskedAt = sentAt
    const isKnown = clock.measuredAt !== -Infinity
    const learnt = connection.call('TIME', []).then(
      (reply) => {
        const [seconds, micros] = Array.isArray(reply) ? reply.map((word) => Number(String(word))) : []
        if (seconds === undefined || micros === undefined || !Number.isFinite(seconds + micros)) return
        clock.learn(seconds * 1_000 + Math.floor(micros / 1_000), sentAt, local.now())
      },
      () => undefined,
    )
    // Only for the first time is it worth waiting: a Cluster may ask a node that is away.
    return isKnown ? undefined : learnt
  }
}

function after<T>(time: Promise<void> | undefined, reply: Promise<T>): Promise<T> {
  return time === undefined ? reply : Promise.all([reply, time]).then(([value]) => value)
}

function asValue(value: unknown): Buffer | null {
  if (value === null || value === undefined) return null
  if (Buffer.isBuffer(value)) return value
  throw noValues()
}

function failAll(asked: readonly Asked[], error: unknown): void {
  for (const { reject } of asked) reject(error)
}

function noValues(): TypeError {
  return new TypeError('Redis answered with something that is no value')
}
