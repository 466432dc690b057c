/** What is told of a backend that fails: one line when it begins and one when it is over, whoever noticed. */
import type { Clock, Undo } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'

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

  failed(user: BackendUser, operation: string, error: unknown): void {
    this.#affected.add(user)
    user.failed(operation, error)
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
    const affected = [...this.#affected]
    this.#affected.clear()
    for (const user of affected) user.recovered()
    const teller = this.#teller
    this.#teller = undefined
    if (teller !== undefined) say(teller.logger, 'warn', `forebay: the ${this.#kind} backend answers again`)
  }

  #tell(user: BackendUser, operation: string, error: unknown): void {
    const waitMs = this.#mustWait()
    if (waitMs > 0) {
      this.#stopTelling = this.#clock.schedule(waitMs, () => this.#tell(user, operation, error))
      return
    }
    this.#toldAt.push(this.#clock.now())
    this.#teller = user
    say(
      user.logger,
      'error',
      `forebay: the ${this.#kind} backend failed at ${operation}, for ${user.who}; until it answers it is done without`,
      error,
    )
  }

  /** How long an outage has to last before it is told of. */
  #mustWait(): number {
    const now = this.#clock.now()
    const isLasting = now - this.#beganAt >= lastingMs
    this.#toldAt = this.#toldAt.filter((at) => now - at < minuteMs && at <= now)
    const [oldest] = this.#toldAt
    if (oldest !== undefined && this.#toldAt.length >= mostTold) return minuteMs - (now - oldest)
    const recent = this.#toldAt.filter((at) => now - at < recentMs).length
    return isLasting || recent < toldAtOnce ? 0 : lastingMs
  }
}

function say(logger: Logger, level: 'warn' | 'error', ...words: unknown[]): void {
  try {
    logger[level](...words)
  } catch {
    // A logger that throws has nobody to be reported to.
  }
}
