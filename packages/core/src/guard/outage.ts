/** What is logged of a backend that fails: one line when an outage begins and one when it is over, whoever noticed. */
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
 * A backend that comes and goes must not flood the log. Within `recentMs` only the first outages are logged at once, further
 * ones when they have lasted for `lastingMs`; and no more than `mostTold` within a minute.
 */
const toldAtOnce = 2
const lastingMs = 1_000
const recentMs = 10_000
const mostTold = 10
const minuteMs = 60_000

/**
 * A first connection takes time: names are looked up, certificates checked, masters found. A backend that has never answered
 * is logged only when it still says nothing after this long.
 */
const firstContactMs = 2_000

export class Outage {
  readonly #kind: string
  readonly #clock: Clock
  readonly #affected = new Set<BackendUser>()
  /** When the latest outages were logged. */
  #toldAt: number[] = []
  #isOn = false
  #beganAt = 0
  #cause: unknown
  #teller: BackendUser | undefined
  #stopTelling: Undo | undefined
  #hasAnswered = false
  /** The `detail` of the backend's latest `health()`. */
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

  /** The backend has answered a call. */
  answered(): void {
    this.#hasAnswered = true
  }

  /** @param word the `detail` of the backend's `health()`. */
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

  /** No outage that anybody has to look after: the app closed the backend before the limiters and caches on it. */
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

  /** How much longer the outage has to last before it is logged. */
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
