/** The limiter's store, which may be slow, broken or lying without any request failing or waiting for long. */
import type { BackendGuard } from '../guard/backend-guard.ts'
import { GuardedWay } from '../guard/guarded-way.ts'
import type { BackendUser } from '../guard/outage.ts'
import { asError } from '../kit/as-error.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { isPromise } from '../kit/promise.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { BlockRule, Charge, Decision, RateLimitStore } from '../ports/rate-limit-store.ts'
import { LocalLimits, type Adjustment } from './local-limits.ts'
import type { OnBackendError } from './rate-limiter-setup.ts'

export interface GuardedLimitsOptions {
  readonly store: RateLimitStore
  readonly guard: BackendGuard
  readonly timeoutMs: number
  readonly onBackendError: OnBackendError
  readonly expectedNodes: number
  readonly block: BlockRule | undefined
  /** The limiter, told of failures and of their end. */
  readonly user: BackendUser
}

/** `Retry-After` under `'closed'`: nobody knows when the backend will answer, but that is noticed within a second. */
const closedWaitMs = 1_000

/** An answer that comes at once is passed on at once; only promises are timed. While the backend is away, it is not asked. */
export class GuardedLimits {
  readonly #options: GuardedLimitsOptions
  readonly #store: RateLimitStore
  readonly #block: BlockRule | undefined
  readonly #way: GuardedWay
  /** Kept through an outage and for a while after it, so that the next outage gives nobody a fresh quota. */
  #local: LocalLimits | undefined

  constructor(options: GuardedLimitsOptions) {
    this.#options = options
    this.#store = options.store
    this.#block = options.block
    const { guard, user } = options
    this.#way = new GuardedWay(guard, 'limits', { ...user, recovered: () => this.#recovered() })
  }

  /** Decides and charges, by the backend or without it. Never throws or rejects. */
  consume(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision> {
    const way = this.#way
    if (!way.isSound && !way.admits('consume')) return this.#consumeWithout(group, key, charges)
    try {
      const answer = this.#store.consume(group, key, charges, this.#block)
      // Mostly it is a decision: nothing else needs to be asked then.
      if (!isDecision(answer)) return this.#consumeLate(answer, group, key, charges)
      if (!way.isSound) way.workedAtOnce()
      return answer
    } catch (error) {
      way.failedAtOnce('consume', error)
      return this.#consumeWithout(group, key, charges)
    }
  }

  /** A method of its own, because a function that makes closures pays for them even when it makes none. */
  #consumeLate(
    answer: Promise<Decision>,
    group: string,
    key: string,
    charges: readonly Charge[],
  ): Promise<Decision> {
    if (!isPromise(answer)) throw notADecision()
    return this.#way.hear(answer, {
      operation: 'consume',
      timeoutMs: this.#options.timeoutMs,
      read: checked,
      otherwise: () => this.#consumeWithout(group, key, charges),
    })
  }

  /** What `consume` would decide, by the backend or without it; charges nothing. Never throws or rejects. */
  peek(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision> {
    const without = (): Decision => {
      const local = this.#localInstead()
      return local === undefined ? this.#agreed(key, charges) : local.peek(group, key, charges)
    }
    // `ask` has told listeners of a failure already.
    try {
      const answer = this.ask('peek', (store) => {
        const told = store.peek(group, key, charges)
        return isPromise(told) ? told.then(checked) : checked(told)
      })
      return isPromise(answer) ? answer.catch(without) : answer
    } catch {
      return without()
    }
  }

  /** Corrects what a decision of this process charged, in the windows that it charged; nothing else. Never throws. */
  adjustLocal(adjustment: Adjustment): void {
    this.#local?.adjust(adjustment)
  }

  /**
   * For what the application itself asks: throws or rejects where the backend did not answer, after `timeoutMs` at the latest,
   * and at once while the backend is away. What was not asked then is not asked later either.
   */
  ask<T>(operation: string, call: (store: RateLimitStore) => MaybePromise<T>): MaybePromise<T> {
    const way = this.#way
    if (!way.isSound && !way.admits(operation)) return Promise.reject(way.refusal(operation))
    let answer: MaybePromise<T>
    try {
      answer = call(this.#store)
    } catch (error) {
      way.failedAtOnce(operation, error)
      throw unanswered(operation, error)
    }
    if (isPromise(answer)) {
      const heard = way.hear(answer, { operation, timeoutMs: this.#options.timeoutMs, read: asItIs })
      return heard.catch((error: unknown) => {
        throw unanswered(operation, error)
      })
    }
    if (!way.isSound) way.workedAtOnce()
    return answer
  }

  #consumeWithout(group: string, key: string, charges: readonly Charge[]): Decision {
    const local = this.#localInstead()
    return local === undefined ? this.#agreed(key, charges) : local.consume(group, key, charges, this.#block)
  }

  #localInstead(): LocalLimits | undefined {
    const { guard, expectedNodes, onBackendError } = this.#options
    if (onBackendError !== 'local') return undefined
    this.#local ??= new LocalLimits(guard.clock, expectedNodes)
    return this.#local
  }

  /** The decision where nobody counts, by `'open'` or `'closed'`. */
  #agreed(key: string, charges: readonly Charge[]): Decision {
    const { guard, onBackendError } = this.#options
    const now = Math.floor(guard.clock.now())
    const { limit } = charges.reduce((a, b) => (b.policy.limit < a.policy.limit ? b : a)).policy
    if (onBackendError === 'open') {
      return { allowed: true, limit, remaining: limit, resetAt: now, key, policies: [], source: 'local' }
    }
    const denied = {
      allowed: false,
      limit,
      remaining: 0,
      resetAt: now + closedWaitMs,
      key,
      policies: [],
    } as const
    return { ...denied, retryAfterMs: closedWaitMs, source: 'local', reason: 'backend' }
  }

  #recovered(): void {
    const local = this.#local
    // What was counted meanwhile is not carried back: it would be counted twice.
    local?.whenIdle(() => {
      if (this.#local === local) this.#local = undefined
    })
    this.#options.user.recovered()
  }
}

/** @throws TypeError for an answer that is no decision. */
function checked(answer: Decision): Decision {
  if (isDecision(answer)) return answer
  throw notADecision()
}

function notADecision(): TypeError {
  return new TypeError('the backend answered with something that is no decision')
}

function isDecision(answer: unknown): answer is Decision {
  const decision = answer as Decision | null | undefined
  return typeof decision?.allowed === 'boolean' && Array.isArray(decision.policies)
}

function unanswered(operation: string, error: unknown): ForebayError {
  if (error instanceof ForebayError) return error
  const message = `${operation}: the backend did not do it: ${asError(error).message}`
  return new ForebayError('FOREBAY_UNAVAILABLE', message, { cause: error })
}

function asItIs<T>(answer: T): T {
  return answer
}
