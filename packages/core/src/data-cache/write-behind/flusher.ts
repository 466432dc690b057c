/** Takes batches and flushes them, one at a time and in order: when there are enough, when it is time, and again after a failure. */
import { asError } from '../../kit/as-error.ts'
import { backoffMs, type BackoffRule } from '../../kit/backoff.ts'
import type { Clock, Undo } from '../../ports/clock.ts'
import type { MaybePromise } from '../../ports/maybe-promise.ts'
import { inTime } from '../in-time.ts'
import type { FlushContext } from './flush-context.ts'
import type { FlushLog } from './flush-log.ts'
import type { Batch, WriteQueue } from './write-queue.ts'

export type Entries<T> = readonly (readonly [key: string, value: T])[]

export interface FlusherOptions<T> {
  readonly name: string
  readonly clock: Clock
  readonly queue: WriteQueue<T>
  readonly flush: (entries: [string, T][], context: FlushContext) => unknown
  readonly onDeadLetter: ((entries: [string, T][], error: Error) => MaybePromise<void>) | undefined
  /** Told of every batch that reached the source. Never rejects. */
  readonly flushed: (batch: Batch<T>) => Promise<void>
  readonly log: FlushLog
  readonly maxBatch: number
  readonly intervalMs: number
  readonly flushTimeoutMs: number
  readonly retries: number
  readonly backoff: BackoffRule
}

/** How a round ended. `failed`: an attempt failed, and what it was about waits. */
export type RoundEnd =
  { readonly type: 'empty' | 'elsewhere' } | { readonly type: 'failed'; readonly error: Error }

export class Flusher<T> {
  readonly #options: FlusherOptions<T>
  #round: Promise<unknown> = Promise.resolve()
  #rounds = 0
  #stopTimer: Undo | undefined
  /** Until then the number of writes that wait starts no round. */
  #isResting = false
  /** In succession. Batches are flushed in order, so all of them concern the oldest. */
  #failures = 0
  /** The same of batches that cannot be read; all others are flushed between them. */
  #unreadable = 0
  /** Rounds in succession in which the journal did not answer. */
  #outages = 0
  #isStopped = false
  #flushedCount = 0
  #deadCount = 0

  constructor(options: FlusherOptions<T>) {
    this.#options = options
    // What an earlier process left is flushed even when nobody writes anything.
    if (options.queue.durable) this.#wakeIn(options.intervalMs)
  }

  get counts(): { readonly flushed: number; readonly deadLettered: number; readonly failures: number } {
    return { flushed: this.#flushedCount, deadLettered: this.#deadCount, failures: this.#failures }
  }

  /** A write was accepted. */
  noteWrite(): void {
    // At the end of a round, what came meanwhile is looked at.
    if (this.#isStopped || this.#rounds > 0) return
    const { queue, maxBatch, intervalMs } = this.#options
    if (queue.size >= maxBatch && !this.#isResting) void this.round()
    else if (this.#stopTimer === undefined) this.#wakeIn(intervalMs)
  }

  /** Flushes all that waits, after the round that runs. Never rejects. */
  round(): Promise<RoundEnd> {
    this.#rounds++
    const round = this.#round.then(async () => {
      this.#stopTimer?.()
      this.#stopTimer = undefined
      const end = await this.#flushAll()
      this.#rounds--
      this.#sleepAfter(end)
      return end
    })
    this.#round = round
    return round
  }

  /** No round begins by itself any more. */
  stop(): void {
    this.#isStopped = true
    this.#stopTimer?.()
    this.#stopTimer = undefined
  }

  /** How long to wait after the latest failure. */
  restMs(): number {
    return backoffMs(this.#options.backoff, Math.max(1, this.#failures, this.#outages))
  }

  #sleepAfter({ type }: RoundEnd): void {
    const { queue, intervalMs, maxBatch } = this.#options
    this.#isResting = type !== 'empty'
    if (this.#isStopped || this.#rounds > 0) return
    if (type === 'failed' && this.#failures + this.#outages > 0) this.#wakeIn(this.restMs())
    else if (type === 'empty' && queue.size >= maxBatch) void this.round()
    else if (queue.durable || queue.size > 0) this.#wakeIn(intervalMs)
  }

  #wakeIn(delayMs: number): void {
    this.#stopTimer = this.#options.clock.schedule(delayMs, () => {
      this.#stopTimer = undefined
      void this.round()
    })
  }

  async #flushAll(): Promise<RoundEnd> {
    const { queue, maxBatch, log } = this.#options
    try {
      for (;;) {
        const taken = await queue.take(maxBatch)
        this.#outages = 0
        log.worked('journal')
        if (typeof taken === 'string') return { type: taken }
        const error = await this.#flushOne(taken)
        if (error === undefined) {
          await queue.done(taken)
          if (!taken.isLast) continue
          // What came meanwhile waits for others, as what came before did.
          await queue.rest()
          return { type: 'empty' }
        }
        await queue.putBack(taken)
        return { type: 'failed', error }
      }
    } catch (error) {
      // The journal did not answer. What was flushed and not acknowledged will be flushed again.
      this.#outages++
      log.failed('journal', error)
      return { type: 'failed', error: asError(error) }
    }
  }

  /** Undefined when the batch needs nothing any more: flushed, or handed to `onDeadLetter`. */
  async #flushOne(batch: Batch<T>): Promise<Error | undefined> {
    const { log, retries } = this.#options
    try {
      await this.#attempt(batch)
    } catch (caught) {
      const error = caught as Error
      // That it was taken from us says nothing about the source.
      if (batch.lost?.aborted === true) return error
      const failures = batch.unreadable === undefined ? ++this.#failures : ++this.#unreadable
      log.failed(batch.unreadable === undefined ? 'flush' : 'reading', error)
      if (failures > retries && (await this.#giveUp(batch, error))) return undefined
      return error
    }
    this.#failures = 0
    this.#flushedCount += batch.entries.length
    log.worked('flush')
    await this.#options.flushed(batch)
    return undefined
  }

  async #attempt({ entries, unreadable, token, lost }: Batch<T>): Promise<void> {
    if (unreadable !== undefined) throw unreadable
    const { name, clock, flushTimeoutMs, flush } = this.#options
    const attempt = this.#failures + 1
    await inTime({ what: `${name}: flush`, clock, timeoutMs: flushTimeoutMs, lost }, (signal) =>
      flush(copyOf(entries), { signal, attempt, token }),
    )
  }

  /** False when the dead letters were not taken: then they are tried again. */
  async #giveUp(batch: Batch<T>, error: Error): Promise<boolean> {
    const { entries, lost } = batch
    const { name, clock, flushTimeoutMs, onDeadLetter, log } = this.#options
    try {
      await inTime({ what: `${name}: onDeadLetter`, clock, timeoutMs: flushTimeoutMs, lost }, () =>
        onDeadLetter?.(copyOf(entries), error),
      )
    } catch (failure) {
      log.failed('onDeadLetter', failure)
      return false
    }
    log.worked('onDeadLetter')
    if (onDeadLetter === undefined) log.givenUp(entries.length, error)
    if (batch.unreadable === undefined) this.#failures = 0
    else this.#unreadable = 0
    this.#deadCount += entries.length
    return true
  }
}

/** The app may keep and change what it is given; a retry must not see that. */
function copyOf<T>(entries: Entries<T>): [string, T][] {
  return entries.map(([key, value]) => [key, value])
}
