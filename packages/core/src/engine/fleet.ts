/** One cache's line to the other nodes: leases on its keys, and words about them. */
import { guardOf } from '../guard/backend-guard.ts'
import { GuardedWay } from '../guard/guarded-way.ts'
import type { BackendUser } from '../guard/outage.ts'
import { isPromise } from '../kit/promise.ts'
import type { Backend } from '../ports/backend.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import type { Lease } from '../ports/lock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { Ear } from './ear.ts'
import { giveBack } from './give-back.ts'
import type { Passes } from './passes.ts'
import { readWord, wordMessage, type Word } from './word.ts'

export interface FleetOptions {
  readonly backend: Backend
  /** The cache's name among all on the backend: leases and words of one never touch another. */
  readonly scope: string
  /** Hears every word of another node, whether somebody here waits for it or not. */
  readonly passes: Pick<Passes, 'heard'>
  /** The cache, told of locks that fail and of the end of that, and of the bus, where nobody is worse off than a moment later. */
  readonly user: BackendUser
}

export class Fleet {
  readonly clock: Clock
  readonly #options: FleetOptions
  readonly #topic: string
  readonly #ears = new Map<string, Ear>()
  readonly #locks: GuardedWay
  #unsubscribe: Undo | undefined
  #isClosed = false

  constructor(options: FleetOptions) {
    this.#options = options
    this.clock = options.backend.clock
    this.#locks = new GuardedWay(guardOf(options.backend), 'locks', options.user)
    this.#topic = `fleet ${options.scope}`
  }

  /**
   * Begins to hear what is said of the key. To be called before the lease is asked for: whoever holds it then will be
   * heard when it is given up. One subscription serves all keys, and begins with the first.
   */
  listen(key: string): Ear {
    this.#subscribe()
    const ear = new Ear(this.clock)
    this.#ears.set(key, ear)
    if (this.#isClosed) ear.hear('alone')
    return ear
  }

  forget(key: string, ear: Ear): void {
    if (this.#ears.get(key) === ear) this.#ears.delete(key)
  }

  /** `held`: by somebody else. `failed`: nobody knows, and who asked does as if there were no other node. */
  async acquire(key: string, ttlMs: number, timeoutMs: number): Promise<Lease | 'held' | 'failed'> {
    const way = this.#locks
    if (this.#isClosed || (!way.isSound && !way.admits('acquire'))) return 'failed'
    let asked: MaybePromise<Lease | undefined>
    try {
      asked = this.#options.backend.locks.acquire(this.#lockKey(key), ttlMs)
    } catch (error) {
      way.failedAtOnce('acquire', error)
      return 'failed'
    }
    if (isPromise(asked)) return await this.#heard(asked, timeoutMs)
    if (!way.isSound) way.workedAtOnce()
    return asked ?? 'held'
  }

  /** Tells the other nodes. Never throws, and nobody waits for it: who misses it looks for itself before long. */
  say(key: string, word: Word): void {
    try {
      const published = this.#options.backend.bus.publish(this.#topic, wordMessage(key, word))
      if (isPromise(published))
        published.catch((error: unknown) => this.#options.user.failed('publish', error))
    } catch (error) {
      this.#options.user.failed('publish', error)
    }
  }

  /** Whoever waits goes on alone, and nobody waits from now on. */
  close(): void {
    this.#isClosed = true
    this.#unsubscribe?.()
    for (const ear of this.#ears.values()) ear.hear('alone')
  }

  #heard(asked: Promise<Lease | undefined>, timeoutMs: number): Promise<Lease | 'held' | 'failed'> {
    const read = (lease: Lease | undefined): Lease | 'held' => lease ?? 'held'
    return this.#locks.hear(asked, { operation: 'acquire', timeoutMs, read }).catch(() => {
      // Granted late, when whoever asked has gone on without it.
      asked.then(
        (lease) => lease && giveBack(lease),
        () => {},
      )
      return 'failed' as const
    })
  }

  #lockKey(key: string): string {
    const { scope } = this.#options
    return `fleet ${scope.length}:${scope} ${key}`
  }

  #subscribe(): void {
    if (this.#unsubscribe !== undefined || this.#isClosed) return
    try {
      this.#unsubscribe = this.#options.backend.bus.subscribe(this.#topic, {
        message: (message) => this.#hear(message),
        gap: () => {
          for (const ear of this.#ears.values()) ear.hear('gap')
        },
      })
    } catch (error) {
      this.#options.user.failed('subscribe', error)
    }
  }

  #hear(message: string): void {
    const said = readWord(message)
    if (said === undefined) return
    this.#options.passes.heard(said.key, said.word)
    this.#ears.get(said.key)?.hear(said.word)
  }
}
