/** What an adapter calls for the concurrency limiter. */
import { ForebayError } from '../kit/forebay-error.ts'
import { OnceLog } from '../kit/once-log.ts'
import { checkOptions, isFunction, isObjectWith, type OptionChecks } from '../kit/option-check.ts'
import { isPromise } from '../kit/promise.ts'
import type { Admission } from '../ports/admission.ts'
import type { Exchange, UserFunction } from '../ports/exchange.ts'
import type { Logger } from '../ports/logger.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ConcurrencyLimiter, Permit } from '../rate-limit/concurrency-limiter.ts'
import { forMethod } from '../rate-limit/denials.ts'
import { prepareProblem, type PreparedProblem } from '../rate-limit/prepared-response.ts'
import { textPreference } from '../rate-limit/preferred-type.ts'
import { temporaryReducedCapacity } from '../rate-limit/problem-details.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { buildConcurrencyLimiter, concurrencyLimiterChecks } from './create-concurrency-limiter.ts'
import type { ConcurrencyLimitOptions } from './concurrency-options.ts'
import { clientLeft } from './rate-limit-answer.ts'

/** One mount of a concurrency limiter. */
export interface ConcurrencyGate {
  /** The limiter that this mount asks: its own, or the one it was given. */
  readonly limiter: ConcurrencyLimiter
  /** Takes a permit, which goes back at departure. Never throws or rejects. Answers at once unless the request has to wait. */
  admit(exchange: Exchange): MaybePromise<Admission>
}

export const concurrencyLimitChecks: OptionChecks = {
  ...concurrencyLimiterChecks,
  skip: isFunction,
  limiter: isObjectWith('acquire', 'stats'),
}

/**
 * A gate for one mount.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createConcurrencyGate<Args extends readonly unknown[]>(
  options: ConcurrencyLimitOptions<Args>,
): ConcurrencyGate {
  checkOptions('concurrencyLimit', options, concurrencyLimitChecks)
  return new MountedConcurrencyLimiter(limiterOf(options), options.skip, options.logger ?? defaultLogger)
}

function limiterOf(options: ConcurrencyLimitOptions<never>): ConcurrencyLimiter {
  const { limiter } = options
  if (limiter === undefined) return buildConcurrencyLimiter('concurrencyLimit', options)
  const owned = (['max', 'queue', 'timeout', 'backend', 'name'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (owned === undefined) return limiter
  throw new ForebayError(
    'FOREBAY_CONFLICTING_OPTIONS',
    `concurrencyLimit: ${owned} belongs to the limiter that is given as limiter. Set it there.`,
  )
}

/** A guess, for want of knowledge: whoever comes back then takes its chance anew. */
const retryAfter = '1'

class MountedConcurrencyLimiter implements ConcurrencyGate {
  readonly limiter: ConcurrencyLimiter
  readonly #skip: UserFunction | undefined
  readonly #log: OnceLog
  readonly #problem: PreparedProblem
  readonly #prefersText = textPreference()

  constructor(limiter: ConcurrencyLimiter, skip: UserFunction | undefined, logger: Logger) {
    this.limiter = limiter
    this.#skip = skip
    this.#log = new OnceLog(`concurrency limiter ${limiter.name}`, logger)
    this.#problem = prepareProblem(
      temporaryReducedCapacity([limiter.name], 'Too many requests are being served at this moment.'),
    )
  }

  admit(exchange: Exchange): MaybePromise<Admission> {
    const skips = this.#asksToSkip(exchange)
    if (isPromise(skips)) return skips.then((later) => (later ? passFreely : this.#take(exchange)))
    return skips ? passFreely : this.#take(exchange)
  }

  #asksToSkip(exchange: Exchange): MaybePromise<boolean> {
    if (this.#skip === undefined) return false
    const failed = (error: unknown): boolean => {
      this.#log.error('skip', 'option skip failed', error)
      return false
    }
    try {
      const answer: unknown = exchange.invoke(this.#skip)
      return isPromise(answer) ? Promise.resolve(answer).then(Boolean, failed) : Boolean(answer)
    } catch (error) {
      return failed(error)
    }
  }

  #take(exchange: Exchange): MaybePromise<Admission> {
    if (this.limiter.mustWait) return this.#wait(exchange)
    const permit = this.limiter.acquire()
    if (isPromise(permit)) return permit.then((later) => this.#answer(exchange, later))
    return this.#answer(exchange, permit)
  }

  async #wait(exchange: Exchange): Promise<Admission> {
    const leaving = new AbortController()
    const forget = exchange.onAbort(() => leaving.abort())
    const permit = await this.limiter.acquire(leaving.signal)
    forget()
    if (!leaving.signal.aborted) return this.#answer(exchange, permit)
    permit?.release()
    return { type: 'deny', decision: undefined, response: clientLeft }
  }

  #answer(exchange: Exchange, permit: Permit | undefined): Admission {
    if (permit === undefined) return this.#deny(exchange)
    return { type: 'pass', decision: undefined, departed: () => permit.release() }
  }

  #deny(exchange: Exchange): Admission {
    exchange.setResponseField('retry-after', retryAfter)
    const accept = exchange.requestFields['accept']
    const isText = this.#prefersText(typeof accept === 'string' ? accept : undefined)
    const response = forMethod(exchange, isText ? this.#problem.text : this.#problem.json)
    return { type: 'deny', decision: undefined, response }
  }
}

const passFreely: Admission = { type: 'pass', decision: undefined, departed: undefined }
