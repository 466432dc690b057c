/** The limiter's store, which may be slow, broken or lying without any request failing or waiting for long. */
import { isPromise } from '../kit/promise.ts'
import type { Clock } from '../ports/clock.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { BlockRule, Charge, Decision, RateLimitStore } from '../ports/rate-limit-store.ts'
import { LocalLimits, type LocalAdjustment } from './local-limits.ts'
import type { OnBackendError } from './rate-limiter-setup.ts'

export interface GuardedLimitsOptions {
  readonly store: RateLimitStore
  readonly clock: Clock
  readonly timeoutMs: number
  readonly onBackendError: OnBackendError
  readonly expectedNodes: number
  readonly block: BlockRule | undefined
  /** Told of every failure; `operation` is the store's method. */
  readonly failed: (operation: string, error: unknown) => void
  /** Told of the first answer after failures. */
  readonly recovered: () => void
}

interface Asked {
  readonly group: string
  readonly key: string
  readonly charges: readonly Charge[]
}

/** How long a client is asked to wait when nobody knows when the backend will answer. */
const closedWaitMs = 1_000

/** An answer that comes at once is passed on at once; only promises are timed. */
export class GuardedLimits {
  readonly #options: GuardedLimitsOptions
  readonly #store: RateLimitStore
  readonly #block: BlockRule | undefined
  #local: LocalLimits | undefined
  #isFailing = false

  constructor(options: GuardedLimitsOptions) {
    this.#options = options
    this.#store = options.store
    this.#block = options.block
  }

  /** Decides and charges, by the backend or without it. Never throws or rejects. */
  consume(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision> {
    try {
      const answer = this.#store.consume(group, key, charges, this.#block)
      // Mostly it is a decision: nothing else needs to be asked then.
      if (isDecision(answer)) return this.#isFailing ? this.#answered(answer) : answer
      return isPromise(answer)
        ? this.#heardLate(answer, { group, key, charges })
        : this.#answered(checked(answer))
    } catch (error) {
      return this.#failedToConsume(error, { group, key, charges })
    }
  }

  #heardLate(answer: Promise<Decision>, asked: Asked): Promise<Decision> {
    return this.#inTime(answer)
      .then((late) => this.#answered(checked(late)))
      .catch((error: unknown) => this.#failedToConsume(error, asked))
  }

  #failedToConsume(error: unknown, { group, key, charges }: Asked): Decision {
    this.#failed('consume', error)
    return this.#consumeWithout(group, key, charges)
  }

  /** Corrects what was charged while the backend did not answer; does nothing once it does again. Never throws. */
  adjustLocal(adjustment: LocalAdjustment): void {
    this.#local?.adjust(adjustment)
  }

  /** For what the application itself asks: throws or rejects with what the backend did, after `timeoutMs` at the latest. */
  ask<T>(operation: string, call: (store: RateLimitStore) => MaybePromise<T>): MaybePromise<T> {
    const fail = (error: unknown): never => {
      this.#failed(operation, error)
      throw error
    }
    try {
      const answer = call(this.#options.store)
      return isPromise(answer)
        ? this.#inTime(answer).then((late) => this.#answered(late), fail)
        : this.#answered(answer)
    } catch (error) {
      return fail(error)
    }
  }

  #consumeWithout(group: string, key: string, charges: readonly Charge[]): Decision {
    const { clock, expectedNodes, block, onBackendError } = this.#options
    if (onBackendError === 'local') {
      this.#local ??= new LocalLimits(clock, expectedNodes)
      return this.#local.consume(group, key, charges, block)
    }
    const now = Math.floor(clock.now())
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

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options
    return new Promise((resolve, reject) => {
      const cancel = clock.schedule(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)))
      answer.then(
        (value) => {
          cancel()
          resolve(value)
        },
        (error: unknown) => {
          cancel()
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
  }

  #failed(operation: string, error: unknown): void {
    this.#isFailing = true
    this.#options.failed(operation, error)
  }

  #answered<T>(answer: T): T {
    if (this.#isFailing) {
      this.#isFailing = false
      // What was counted meanwhile is not carried back: it would be counted twice.
      this.#local = undefined
      this.#options.recovered()
    }
    return answer
  }
}

/** @throws TypeError for an answer that is no decision. */
function checked(answer: Decision): Decision {
  if (isDecision(answer)) return answer
  throw new TypeError('the backend answered with something that is no decision')
}

function isDecision(answer: unknown): answer is Decision {
  const decision = answer as Decision | null | undefined
  return typeof decision?.allowed === 'boolean' && Array.isArray(decision.policies)
}
