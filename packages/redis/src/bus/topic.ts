/** One topic as this process hears it: who listens, which number came last, and until when surely nothing was missed. */
import { isPromise, type BusListener } from '@forebay/core'
import type { Frame } from './frame.ts'

export interface TopicOptions {
  readonly channel: string
  readonly counter: string
  /** Told when a listener throws. */
  readonly failed: (error: unknown) => void
}

/** The topic's counter was `number` in reply to a question sent at `sentAt`, when the last message heard had number `seen`. */
export interface Count {
  readonly number: number
  readonly sentAt: number
  readonly seen: number | undefined
}

/** More checks than this in a row without a good answer, and messages count as missed. */
const patience = 2

export class Topic {
  readonly channel: string
  readonly counter: string
  readonly #failed: (error: unknown) => void
  readonly #listeners = new Set<BusListener>()
  #isStanding = false
  /** The number of the last message that was heard, or that listeners were told a gap for. */
  #seen: number | undefined
  /** A count that is ahead of what was heard: the topic is vouched for again as soon as that is heard, too. */
  #awaited: Count | undefined
  #vouchedAt = -Infinity
  #unvouched = 0

  constructor({ channel, counter, failed }: TopicOptions) {
    this.channel = channel
    this.counter = counter
    this.#failed = failed
  }

  /** Whether the server has confirmed the subscription. */
  get isStanding(): boolean {
    return this.#isStanding
  }

  /** Nobody listens any more. */
  get isDeserted(): boolean {
    return this.#listeners.size === 0
  }

  /** The number of the last message; undefined while it is not known. */
  get seen(): number | undefined {
    return this.#seen
  }

  /** On the clock of this process: whatever was published until then has been heard. */
  get vouchedAt(): number {
    return this.#isStanding ? this.#vouchedAt : -Infinity
  }

  /** The listener is told of a gap once it surely hears everything: what it knew before may be outdated. */
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
   * The subscription stands: from now on every message is heard.
   * @param counted the counter from before it, where that is known: the first message shows whether one was missed since.
   */
  stands(now: number, counted: number | undefined): void {
    this.#isStanding = true
    this.#seen = counted
    this.#vouch(now)
    this.gap()
  }

  /** The connection is gone: nothing is heard any more. */
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

  /** Both connections answered: what was published before the question, and did not get lost, has been heard by now. */
  counted(count: Count): void {
    const { number, sentAt, seen } = count
    if (!this.#isStanding) return
    const isLost = seen !== undefined && number < seen
    if (this.#seen === undefined || isLost) {
      // Whether messages were missed before the first count, or after the server lost the counter, cannot be known.
      this.#seen = number
      this.gap()
      this.#vouch(sentAt)
    } else if (this.#seen >= number) {
      this.#vouch(sentAt)
    } else {
      this.#awaited = count
    }
  }

  /** Called at every check. True when messages are missing although the connection answers: then it needs another one. */
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
