/** Write-behind: a write is accepted and visible at once, and reaches the source a little later, together with others. */
import { ForebayError } from '../../kit/forebay-error.ts'
import { keepAlive } from '../../kit/keep-alive.ts'
import { LatestWins } from '../../kit/latest-wins.ts'
import type { Clock } from '../../ports/clock.ts'
import { checkWrite } from '../arguments.ts'
import type { EntryOptions } from '../data-cache.ts'
import { inTime } from '../in-time.ts'
import type { WrittenCache } from '../written-cache.ts'
import { Flusher, type FlusherOptions } from './flusher.ts'
import { closed } from './waiting-line.ts'

export interface WriteBehindStats {
  /** Accepted writes that wait, as far as this process knows; several of one key may be one. */
  readonly pending: number
  /** Values that reached the source. */
  readonly flushed: number
  /** Values that were handed to `onDeadLetter`, or lost where there is none. */
  readonly deadLettered: number
  /** Failed attempts since the latest one that worked. */
  readonly failures: number
}

export interface WriteBehind<T> {
  /**
   * Resolves when the write is accepted and the cache holds the value: with a journal it survives the death of this process
   * from then on. Waits while there is no room. Of writes of one key that come faster than they are accepted only the
   * latest is, for all of them. Rejects when it was not accepted: closed, no room within `writeTimeout`, too many waiting,
   * no answer from the journal (then it may be flushed all the same), or a value that the codec cannot hold.
   */
  write(key: string, value: T, options?: EntryOptions<T>): Promise<void>
  /**
   * Flushes all that was accepted before the call, at once. Rejects when the source refuses some of it; that waits for the
   * next attempt.
   */
  flush(): Promise<void>
  stats(): WriteBehindStats
  /**
   * Accepts nothing any more and flushes what waits, trying again until `closeTimeout`. What is left then stays in the
   * journal for another process; a journal that hangs holds this one up for a second more at the most. Without a journal it
   * goes to `onDeadLetter`, which may take another `closeTimeout`. Never rejects; keeps the process alive until it is done.
   * Calling it again gives the same promise.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface BufferedWritesOptions<T> extends FlusherOptions<T> {
  readonly cache: Pick<WrittenCache<T>, 'ownCopy' | 'put' | 'forget'>
  readonly closeTimeoutMs: number
}

interface Write<T> {
  readonly value: T
  readonly options: EntryOptions<T> | undefined
}

/** How long to wait for another process that flushes. */
const elsewhereMs = 25

/** How long a journal may take to be left: who waits for its lease meanwhile waits for that at most. */
const leavingMs = 1_000

export class BufferedWrites<T> implements WriteBehind<T> {
  readonly #options: BufferedWritesOptions<T>
  readonly #clock: Clock
  readonly #flusher: Flusher<T>
  readonly #writes: LatestWins<Write<T>>
  #closing: Promise<void> | undefined

  constructor(options: BufferedWritesOptions<T>) {
    this.#options = options
    this.#clock = options.clock
    this.#flusher = new Flusher(options)
    this.#writes = new LatestWins((key, write) => this.#accept(key, write))
  }

  async write(key: string, value: T, options?: EntryOptions<T>): Promise<void> {
    const { name, cache } = this.#options
    if (this.#closing !== undefined) throw closed(name)
    checkWrite(name, key, value)
    await this.#writes.run(key, { value: cache.ownCopy(value, options), options })
  }

  async flush(): Promise<void> {
    const { name, flushTimeoutMs } = this.#options
    const deadline = this.#clock.now() + flushTimeoutMs
    const letGo = keepAlive()
    try {
      for (;;) {
        const end = await this.#flusher.round()
        if (end.type === 'empty') return
        if (end.type === 'failed') throw end.error
        if (this.#clock.now() >= deadline) {
          throw new ForebayError(
            'FOREBAY_TIMEOUT',
            `${name}: another process was flushing for ${flushTimeoutMs} ms.`,
          )
        }
        await this.#wait(elsewhereMs)
      }
    } finally {
      letGo()
    }
  }

  stats(): WriteBehindStats {
    return { pending: this.#options.queue.size, ...this.#flusher.counts }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #accept(key: string, { value, options }: Write<T>): Promise<void> {
    const { queue, cache } = this.#options
    let label: string | undefined
    try {
      label = await queue.add(key, value)
    } catch (error) {
      // The journal may have it all the same: then the old value must not outlive the flush.
      if (queue.durable) await cache.forget(key)
      throw error
    }
    this.#flusher.noteWrite()
    await cache.put(key, value, options, label)
  }

  async #close(): Promise<void> {
    const { queue, closeTimeoutMs } = this.#options
    const letGo = keepAlive()
    this.#flusher.stop()
    queue.close()
    const deadline = this.#clock.now() + closeTimeoutMs
    try {
      for (let leftMs = closeTimeoutMs; leftMs > 0; leftMs = deadline - this.#clock.now()) {
        const end = await Promise.race([this.#flusher.round(), this.#wait(leftMs)])
        if (end?.type === 'empty') break
        const restMs = end?.type === 'failed' ? this.#flusher.restMs() : elsewhereMs
        await this.#wait(Math.max(0, Math.min(restMs, deadline - this.#clock.now())))
      }
      const left = await Promise.race([queue.abandon(), this.#wait(leavingMs)])
      await this.#leaveBehind(left ?? [])
    } finally {
      letGo()
    }
  }

  async #leaveBehind(entries: readonly (readonly [string, T])[]): Promise<void> {
    if (entries.length === 0) return
    const { name, clock, closeTimeoutMs, onDeadLetter, log } = this.#options
    if (onDeadLetter === undefined) return log.leftBehind(entries.length)
    const message = `${name}: closed; ${entries.length} writes did not reach the source within ${closeTimeoutMs} ms (closeTimeout).`
    const error = new ForebayError('FOREBAY_CLOSED', message)
    const letters = entries.map(([key, value]): [string, T] => [key, value])
    try {
      const call = { what: `${name}: onDeadLetter`, clock, timeoutMs: closeTimeoutMs }
      await inTime(call, () => onDeadLetter(letters, error))
    } catch {
      log.leftBehind(entries.length)
    }
  }

  #wait(ms: number): Promise<undefined> {
    return new Promise((resolve) => this.#clock.schedule(ms, () => resolve(undefined)))
  }
}
