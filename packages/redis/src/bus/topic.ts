/** One topic as this process hears it: who listens, what number came last, and until when nothing was missed. */
import { isPromise, type BusListener } from '@forebay/core'
import type { Frame } from './frame.ts'

export interface TopicOptions {
  readonly channel: string
  readonly counter: string
  /** Told when a listener throws. */
  readonly failed: (error: unknown) => void
}

/** What the server said of the counter: `number` in reply to a question sent at `sentAt`, when `seen` was the last heard. */
export interface Count {
  readonly number: number
  readonly sentAt: number
  readonly seen: number | undefined
}

/** So many checks in a row may pass without a good answer before messages count as missed. */
const patience = 2

export class Topic {
  readonly channel: string
  readonly counter: string
  readonly #failed: (error: unknown) => void
  readonly #listeners = new Set<BusListener>()
  #isStanding = false
  /** The last message that was heard, or told to be missing; undefined while that is not known. */
  #seen: number | undefined
  /** Messages that were counted but not heard yet. */
  #awaited: Count | undefined
  #vouchedAt = -Infinity
  #unvouched = 0

  constructor({ channel, counter, failed }: TopicOptions) {
    this.channel = channel
    this.counter = counter
    this.#failed = failed
  }

  get isStanding(): boolean {
    return this.#isStanding
  }

  get isDeserted(): boolean {
    return this.#listeners.size === 0
  }

  get seen(): number | undefined {
    return this.#seen
  }

  /** On the clock of this process: whatever was published until then has been heard. */
  get vouchedAt(): number {
    return this.#isStanding ? this.#vouchedAt : -Infinity
  }

  /** Its listener is told of a gap as soon as it surely hears everything. */
  add(listener: BusListener): void {
    this.#listeners.add(listener)
    if (!this.#isStanding) return
    queueMicrotask(() => {
      if (this.#isStanding && this.#listeners.has(listener)) this.#tell(() => listener.gap())
    })
  }

  remove(listener: BusListener): void {
    this.#listeners.delete(listener)
  }

  /**
   * From now on every message is heard.
   * @param counted how many there were before, where that is known: what is missing from the very beginning shows by that.
   */
  stands(now: number, counted: number | undefined): void {
    this.#isStanding = true
    this.#seen = counted
    this.#vouch(now)
    this.gap()
  }

  /** Nothing is heard any more. */
  lost(): void {
    this.#seen = undefined
    this.#awaited = undefined
    if (!this.#isStanding) return
    this.#isStanding = false
    this.gap()
  }

  /** @param isOwn whether it comes from this bus itself: then it counts, and is told to nobody. */
  heard(frame: Frame, isOwn: boolean): void {
    const isNext = this.#seen === frame.previous
    this.#seen = frame.number
    if (!isNext) this.gap()
    if (!isOwn) this.message(frame.message)
    if (this.#awaited !== undefined && this.#seen >= this.#awaited.number) this.#vouch(this.#awaited.sentAt)
  }

  message(text: string): void {
    for (const listener of this.#listeners) this.#tell(() => listener.message(text))
  }

  gap(): void {
    for (const listener of this.#listeners) this.#tell(() => listener.gap())
  }

  /** The connection answered after all that was published before the question; so much was published. */
  counted(count: Count): void {
    const { number, sentAt, seen } = count
    if (!this.#isStanding) return
    const isLost = seen !== undefined && number < seen
    if (this.#seen === undefined || isLost) {
      // Of what was published after the counter was lost, or before the first count, nobody can tell.
      this.#seen = number
      this.gap()
      this.#vouch(sentAt)
    } else if (this.#seen >= number) {
      this.#vouch(sentAt)
    } else {
      this.#awaited = count
    }
  }

  /** Between two checks. Says whether messages are missing though the connection answers. */
  checked(): boolean {
    if (++this.#unvouched <= patience) return false
    this.gap()
    return this.#awaited !== undefined
  }

  #vouch(at: number): void {
    this.#vouchedAt = at
    this.#awaited = undefined
    this.#unvouched = 0
  }

  #tell(call: () => unknown): void {
    try {
      const told = call()
      if (isPromise(told)) told.catch(this.#failed)
    } catch (error) {
      this.#failed(error)
    }
  }
}
