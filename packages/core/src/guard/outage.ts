/** What is told of a backend that fails: one line when it begins and one when it is over, whoever noticed. */
import type { ForebayErrorCode } from '../kit/forebay-error.ts'
import { harmlessLogger } from '../kit/harmless-logger.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { NoAnswer } from './deadline.ts'

/** A limiter or cache on a backend. */
export interface BackendUser {
  /** For the log: `rate limiter login`. */
  readonly who: string
  readonly logger: Logger
  /** Told of each of its calls that failed, and of the first that was not made because the backend is away. */
  failed(operation: string, error: unknown): void
  /** Told once after that, when the backend answers again. */
  recovered(): void
}

/**
 * Of a backend that comes and goes only the first outages are told of at once, and further ones when they last: the log is
 * not to be flooded. No more than `mostTold` are told of within a minute.
 */
const toldAtOnce = 2
const lastingMs = 1_000
const recentMs = 10_000
const mostTold = 10
const minuteMs = 60_000

/**
 * The first connection takes its time: names are looked up, certificates checked, masters found. A backend that has never
 * answered is told of when it still says nothing after this long.
 */
const firstContactMs = 2_000

export class Outage {
  readonly #kind: string
  readonly #clock: Clock
  readonly #affected = new Set<BackendUser>()
  /** When the latest outages were told of. */
  #toldAt: number[] = []
  #isOn = false
  #beganAt = 0
  #cause: unknown
  #teller: BackendUser | undefined
  #stopTelling: Undo | undefined
  #hasAnswered = false
  /** What the backend last said of itself. */
  #ownWord: string | undefined
  #isForGood = false

  constructor(kind: string, clock: Clock) {
    this.#kind = kind
    this.#clock = clock
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** What it began with. */
  get cause(): unknown {
    return this.#cause
  }

  /** Whether the user has been told of this outage. */
  concerns(user: BackendUser): boolean {
    return this.#affected.has(user)
  }

  /** It has answered a call. */
  answered(): void {
    this.#hasAnswered = true
  }

  /** What it says of itself when it is asked. */
  explained(word: string): void {
    this.#ownWord = word
  }

  failed(user: BackendUser, operation: string, error: unknown): void {
    this.#affected.add(user)
    user.failed(operation, error)
    if (saysClosed(error)) return this.#closed(user, operation, error)
    if (this.#isOn) return
    this.#isOn = true
    this.#beganAt = this.#clock.now()
    this.#cause = error
    this.#tell(user, operation, error)
  }

  over(): void {
    if (!this.#isOn) return
    this.#isOn = false
    this.#stopTelling?.()
    this.#cause = undefined
    this.#ownWord = undefined
    const affected = [...this.#affected]
    this.#affected.clear()
    for (const user of affected) user.recovered()
    const teller = this.#teller
    this.#teller = undefined
    if (teller !== undefined)
      harmlessLogger(teller.logger).warn(`forebay: the ${this.#kind} backend answers again`)
  }

  /** Not an outage that anybody has to look after, but a backend that was closed before those who use it. */
  #closed(user: BackendUser, operation: string, error: unknown): void {
    if (this.#isForGood) return
    this.#isForGood = true
    this.#isOn = true
    this.#cause = error
    this.#stopTelling?.()
    harmlessLogger(user.logger).warn(
      `forebay: the ${this.#kind} backend is closed, and ${user.who} still asks it (${operation}); it is done without from now on`,
    )
  }

  #tell(user: BackendUser, operation: string, error: unknown): void {
    const waitMs = this.#mustWait()
    if (waitMs > 0) {
      this.#stopTelling = this.#clock.schedule(waitMs, () => this.#tell(user, operation, error))
      return
    }
    this.#toldAt.push(this.#clock.now())
    this.#teller = user
    harmlessLogger(user.logger).error(
      `forebay: the ${this.#kind} backend failed at ${operation}, for ${user.who}; until it answers it is done without${
        this.#ownWord === undefined ? '' : ` (it says: ${this.#ownWord})`
      }`,
      error,
    )
  }

  /** How long an outage has to last before it is told of. */
  #mustWait(): number {
    const now = this.#clock.now()
    const lastedMs = now - this.#beganAt
    const isFirstContact = !this.#hasAnswered && this.#cause instanceof NoAnswer
    if (isFirstContact && lastedMs < firstContactMs) return firstContactMs - lastedMs
    this.#toldAt = this.#toldAt.filter((at) => now - at < minuteMs && at <= now)
    const [oldest] = this.#toldAt
    if (oldest !== undefined && this.#toldAt.length >= mostTold) return minuteMs - (now - oldest)
    const recent = this.#toldAt.filter((at) => now - at < recentMs).length
    return lastedMs >= lastingMs || recent < toldAtOnce ? 0 : lastingMs
  }
}

/** Whether it is what a closed backend says, ours or somebody else's. */
export function saysClosed(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return code === ('FOREBAY_CLOSED' satisfies ForebayErrorCode)
}
