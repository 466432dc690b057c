/** Calls that wait equally long: who began first is late first, so that one timer serves them all. */
import type { Clock } from '../ports/clock.ts'

export class Deadline {
  readonly dueAt: number
  readonly late: () => void
  isOver = false
  before: Deadline | undefined
  after: Deadline | undefined

  constructor(dueAt: number, late: () => void) {
    this.dueAt = dueAt
    this.late = late
  }
}

/** Where a timer or a turn of the event loop takes so much longer, the process was held up, and answers may lie there unread. */
export const heldUpMs = 5

/** A timer of its own would cost each call more than all the rest of its waiting. */
export class Deadlines {
  readonly #clock: Clock
  readonly timeoutMs: number
  #first: Deadline | undefined
  #last: Deadline | undefined
  /** The timers in use when the timer that is under way was set; undefined while none is. */
  #timedBy: unknown
  /** How many timers there were: only the latest counts. */
  #timers = 0
  #lookAt = 0
  /** Whether answers that came while the process was held up may not have been read yet. */
  #mayBeUnread = true

  /** @param clock one that never runs backwards. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.timeoutMs = timeoutMs
  }

  /** Calls `late` unless it is met before. @param from the present instant. */
  begin(from: number, late: () => void): Deadline {
    const deadline = new Deadline(from + this.timeoutMs, late)
    const last = this.#last
    if (last === undefined) this.#first = deadline
    else {
      deadline.before = last
      last.after = deadline
    }
    this.#last = deadline
    if (this.#timedBy !== timersInUse()) this.#waitForFirst(from)
    return deadline
  }

  /** False when it was missed before. The timer goes on: mostly another call has begun by then. */
  met(deadline: Deadline): boolean {
    if (deadline.isOver) return false
    this.#end(deadline)
    return true
  }

  #end(deadline: Deadline): void {
    const { before, after } = deadline
    deadline.isOver = true
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    deadline.before = undefined
    deadline.after = undefined
  }

  #waitForFirst(now: number): void {
    if (this.#first !== undefined) this.#wait(now, Math.max(0, this.#first.dueAt - now))
  }

  #wait(from: number, ms: number): void {
    const timer = ++this.#timers
    this.#timedBy = timersInUse()
    this.#lookAt = from + ms
    this.#clock.schedule(ms, () => {
      if (timer === this.#timers) this.#look()
    })
  }

  #look(): void {
    const now = this.#clock.now()
    // Timers come before what the network brought: that is read first, once.
    if (now - this.#lookAt > heldUpMs && this.#mayBeUnread) {
      this.#mayBeUnread = false
      return this.#wait(now, 1)
    }
    this.#mayBeUnread = true
    // What they begin waits longer than others that are left: the timer is set for the first of all.
    try {
      while (this.#first !== undefined && this.#first.dueAt <= now) {
        const { late } = this.#first
        this.#end(this.#first)
        late()
      }
    } finally {
      this.#timedBy = undefined
      this.#waitForFirst(now)
    }
  }
}

/** A test may replace the timers while the app runs, and put them back: a timer set before never fires in the time after. */
function timersInUse(): unknown {
  // oxlint-disable-next-line no-restricted-globals -- no timer is set with it: it is only compared
  return setTimeout
}
