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

/** Redis does nothing else while it gathers values, so one command reads at most so many keys, and about so many bytes. */
const mostPerCommand = 64
const mostBytesPerCommand = 2 ** 20

/** How much the latest command counts in the running average of a value's size. */
const latestShare = 1 / 4

/** How long a measurement of the server's time is good enough to judge the lives of entries by. */
const timeIsGoodMs = 30_000

/** When the time is asked for again, if that did not lead to a better measurement. */
const timeAgainMs = 1_000

/**
 * What is asked alone waits only for the end of its tick. Lives end on the server's clock: where its time is not known, or its
 * measurement is old, the next read asks for it as well.
 */
export class Reads {
  readonly #options: ReadsOptions
  #asked: Asked[] = []
  #timeAskedAt = -Infinity
  #bytesPerKey = 0

  constructor(options: ReadsOptions) {
    this.#options = options
  }

  /** For each name its value; null where there is none, or none that is a string. */
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
      // MGET answers nil for a key that is no string; GET fails.
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return null
      throw error
    })
  }

  /** Never rejects: a server that does not tell the time does not tell values either. */
  #learnTime(): Promise<void> | undefined {
    const { clock, local, connection } = this.#options
    const sentAt = local.now()
    if (sentAt - clock.measuredAt < timeIsGoodMs) return undefined
    // It was asked just now, and did not answer, or told nothing better than what was known.
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
    // Worth waiting for only the first time: in a Cluster the node that is asked may be away.
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
