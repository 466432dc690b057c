/** Write-through: the source first, then the cache, one write of a key at a time. */
import { HeldLease } from '../engine/held-lease.ts'
import { withDeadline } from '../guard/deadline.ts'
import { backoffMs } from '../kit/backoff.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { isPromise } from '../kit/promise.ts'
import type { Turns } from '../kit/turns.ts'
import type { Backend } from '../ports/backend.ts'
import type { Lease } from '../ports/lock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { checkWrite } from './arguments.ts'
import type { EntryOptions } from './data-cache.ts'
import { inTime } from './in-time.ts'
import type { WrittenCache } from './written-cache.ts'

/** Writes to the source. What it resolves with does not matter; when it rejects, nothing counts as written. */
export type WriteToSource<T> = (key: string, value: T, context: WriteContext) => MaybePromise<unknown>

export interface WriteContext {
  /** Aborted when the write has taken longer than `timeout`. */
  readonly signal: AbortSignal
}

export interface WriteThrough<T> {
  /**
   * Resolves when the source has the value, and the cache has it or nothing. Rejects with what the source rejects with, and
   * then the cache has no value; never because of the cache. Writes of one key go one after the other, in the whole fleet
   * where the backend is shared.
   */
  write(key: string, value: T, options?: EntryOptions<T>): Promise<void>
}

export interface SerialWritesOptions<T> {
  readonly name: string
  /** What tells the keys of this cache from those of others on the backend. */
  readonly namespace: string
  readonly backend: Backend
  readonly cache: Pick<WrittenCache<T>, 'ownCopy' | 'put' | 'forget'>
  readonly write: WriteToSource<T>
  readonly timeoutMs: number
  /** Shared by all who write through one cache. */
  readonly turns: Turns
  readonly random: () => number
}

/** A process that dies in the middle of a write keeps the others from writing this key for so long. */
const leaseMs = 10_000

/** The most that asking for a lease, or giving it up, may take. */
const leaseTimeoutMs = 1_000

/** How soon a key that another process writes is tried again. */
const contention = { firstMs: 5, mostMs: 100 }

/** Whose turn it is in the fleet. `unguarded`: the backend did not say, and others may write at the same time. */
type FleetTurn = { readonly lease: Lease; readonly takenAt: number } | 'only us' | 'unguarded'

export class SerialWrites<T> implements WriteThrough<T> {
  readonly #options: SerialWritesOptions<T>

  constructor(options: SerialWritesOptions<T>) {
    this.#options = options
  }

  async write(key: string, value: T, options?: EntryOptions<T>): Promise<void> {
    const { name, cache, turns } = this.#options
    checkWrite(name, key, value)
    const own = cache.ownCopy(value, options)
    await turns.run(key, async () => {
      const turn = await this.#fleetTurn(key)
      const held = this.#hold(turn)
      try {
        await this.#writeToSource(key, own)
        if (await this.#isStillOurs(turn)) await cache.put(key, own, options)
        else await cache.forget(key)
      } finally {
        await held?.release()
      }
    })
  }

  async #writeToSource(key: string, value: T): Promise<void> {
    const { name, backend, cache, write, timeoutMs } = this.#options
    let running: MaybePromise<unknown>
    try {
      await inTime({ what: `${name}: write`, clock: backend.clock, timeoutMs }, (signal) => {
        running = write(key, value, { signal })
        return running
      })
    } catch (error) {
      // Whatever became of it: from now on nobody is told the old value without asking the source.
      await cache.forget(key)
      // What comes after its time changes the source once more.
      const forget = (): Promise<void> => cache.forget(key)
      if (isPromise(running)) void running.then(forget, forget)
      throw error
    }
  }

  /** Within this process the caller's turn has come already. */
  async #fleetTurn(key: string): Promise<FleetTurn> {
    const { name, namespace, backend, timeoutMs, random } = this.#options
    const { clock, locks, shared } = backend
    if (!shared) return 'only us'
    const deadline = clock.now() + timeoutMs
    for (let attempt = 1; ; attempt++) {
      const takenAt = clock.now()
      try {
        const asked = locks.acquire(`write-through:${namespace.length}:${namespace}:${key}`, leaseMs)
        const lease = isPromise(asked) ? await withDeadline(asked, leaseTimeoutMs, clock) : asked
        if (lease !== undefined) return { lease, takenAt }
      } catch {
        // Writing matters more than caching: what is unguarded is not cached.
        return 'unguarded'
      }
      if (clock.now() >= deadline) {
        const message = `${name}: another process was writing this key for ${timeoutMs} ms (timeout). Nothing was written.`
        throw new ForebayError('FOREBAY_TIMEOUT', message)
      }
      const waitMs = backoffMs({ ...contention, random }, attempt)
      await new Promise<void>((resolve) => clock.schedule(waitMs, resolve))
    }
  }

  #hold(turn: FleetTurn): HeldLease | undefined {
    if (typeof turn === 'string') return undefined
    const { clock } = this.#options.backend
    return new HeldLease(turn.lease, { clock, ttlMs: leaseMs, timeoutMs: leaseTimeoutMs })
  }

  /** Whether nobody else can have written meanwhile: a lease that was lost in between cannot be renewed. */
  async #isStillOurs(turn: FleetTurn): Promise<boolean> {
    if (typeof turn === 'string') return turn === 'only us'
    const { clock } = this.#options.backend
    if (clock.now() - turn.takenAt < leaseMs / 2) return true
    try {
      const renewed = turn.lease.renew(leaseMs)
      return isPromise(renewed) ? await withDeadline(renewed, leaseTimeoutMs, clock) : renewed
    } catch {
      return false
    }
  }
}
