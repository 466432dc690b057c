/** A rate limiter: asks the store, survives its failures, tells who listens. */
import { backendEvents } from '../guard/backend-events.ts'
import { guardOf, type BackendGuard } from '../guard/backend-guard.ts'
import type { CircuitState } from '../guard/circuit.ts'
import { digest } from '../kit/digest.ts'
import { durationMs, type Duration } from '../kit/duration.ts'
import { Emitter, type Listenable, type Listener, type Topic } from '../kit/emitter.ts'
import { isPromise } from '../kit/promise.ts'
import type { Clock, Undo } from '../ports/clock.ts'
import type { LimiterEvents } from '../ports/events.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Charge, Decision, DeniedDecision, RateLimitStore } from '../ports/rate-limit-store.ts'
import { GuardedLimits } from './guarded-limits.ts'
import { OnceLog } from '../kit/once-log.ts'
import { eventNames } from '../guard/event-names.ts'
import { checkCallOptions, checkCalls, checkKey, checkUnits } from './limiter-arguments.ts'
import type { Adjustment } from './local-limits.ts'
import type { OnBackendError, RateLimiterSetup } from './rate-limiter-setup.ts'

export interface ConsumeOptions {
  /** Units that the call costs under every policy; default the limiter's own costs. 0 only looks. */
  readonly cost?: number
}

export interface RateLimiterStats {
  readonly allowed: number
  readonly denied: number
  /** Option functions that failed, and calls of the backend that did. */
  readonly errors: number
  /** Keys that the backend keeps in this process's memory, over all limiters on it. */
  readonly keys: number
  readonly evictions: number
  /** `closed` while the backend works, `open` while it is done without, `half-open` while one call tries whether it is back. */
  readonly backend: CircuitState
}

/** Longer keys are counted under their digest, so that no key costs more memory than this. */
const longestKey = 256

/**
 * `createRateLimiter` makes one; every `rateLimit` middleware has one as `.limiter`. On a memory backend every method
 * answers at once; on others with a promise. `await` takes both.
 */
export class RateLimiter<Changes = never> implements Listenable<LimiterEvents> {
  readonly name: string
  readonly group: string
  readonly mode: 'enforce' | 'shadow'
  readonly onBackendError: OnBackendError
  readonly clock: Clock
  readonly #store: RateLimitStore
  readonly #guard: BackendGuard
  readonly #limits: GuardedLimits
  readonly #changed: (changes: Changes) => readonly Charge[]
  readonly #events: Emitter<LimiterEvents>
  readonly #decisions: Topic<Decision>
  readonly #denials: Topic<DeniedDecision>
  readonly #log: OnceLog
  /** Made once: a method that makes a closure pays for it even where none is needed. */
  readonly #reportLate = (decision: Decision): Decision => this.report(decision)
  #charges: readonly Charge[]
  #allowed = 0
  #denied = 0
  #errors = 0

  constructor(setup: RateLimiterSetup<Changes>) {
    this.name = setup.name
    this.group = setup.group
    this.mode = setup.mode
    this.onBackendError = setup.onBackendError
    this.clock = setup.backend.clock
    this.#store = setup.backend.limits
    this.#charges = setup.charges
    this.#changed = setup.changed
    this.#log = new OnceLog(`rate limiter ${setup.name}`, setup.logger, "listen to 'error'")
    this.#events = new Emitter('forebay', eventNames, (event, error) =>
      this.#log.listenerFailed(event, error),
    )
    this.#decisions = this.#events.topic('decision')
    this.#denials = this.#events.topic('denied')
    const told = backendEvents(setup.name, this.#events)
    this.#guard = guardOf(setup.backend)
    this.#limits = new GuardedLimits({
      ...setup,
      store: this.#store,
      guard: this.#guard,
      user: {
        who: `rate limiter ${setup.name}`,
        logger: setup.logger,
        failed: (operation, error) => {
          this.#errors++
          told.failed(operation, error)
        },
        recovered: told.recovered,
      },
    })
  }

  /** What a call is charged unless it says otherwise. Another list after each `update`. */
  get charges(): readonly Charge[] {
    return this.#charges
  }

  /**
   * Decides and charges. A denial is a value and costs nothing.
   * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for a key that is no string, a cost that is not a whole number of at
   * least 0, and any other option; nothing is charged then.
   */
  consume(key: string, options?: ConsumeOptions): MaybePromise<Decision> {
    checkKey(key)
    return this.decide(this.group, key, options === undefined ? this.#charges : this.#chargesBy(options))
  }

  /** Decides on several keys, each for itself. */
  consumeMany(
    calls: readonly (ConsumeOptions & { readonly key: string })[],
  ): MaybePromise<readonly Decision[]> {
    checkCalls(calls)
    const asked = calls.map((call) => {
      checkCallOptions(call, 'calls', ['key', 'cost'])
      checkKey(call.key)
      return { key: call.key, charges: this.#chargesOf(call.cost) }
    })
    const decisions = asked.map(({ key, charges }) => this.decide(this.group, key, charges))
    return decisions.some(isPromise)
      ? Promise.all(decisions as readonly Promise<Decision>[])
      : (decisions as readonly Decision[])
  }

  /** What `consume` would say, also while the backend does not answer; charges nothing. */
  peek(key: string, options?: ConsumeOptions): MaybePromise<Decision> {
    checkKey(key)
    const charges = options === undefined ? this.#charges : this.#chargesBy(options)
    const decision = this.#limits.peek(this.group, bounded(key), charges)
    return isPromise(decision) ? decision.then((later) => ({ ...later, key })) : { ...decision, key }
  }

  /** Gives units back under every policy, of what is counted still, the newest first; never more than were used. */
  refund(key: string, units: number): MaybePromise<void> {
    checkKey(key)
    checkUnits(units, 'units')
    const back = this.#charges.map(({ policy }) => ({ policy, units: -units }))
    return this.#limits.ask('refund', (store) => store.adjust(this.group, bounded(key), back))
  }

  /** Forgets the key: its counters, its block, and how far its blocks have grown. */
  reset(key: string): MaybePromise<void> {
    checkKey(key)
    const policies = this.#charges.map(({ policy }) => policy)
    return this.#limits.ask('reset', (store) => store.reset(this.group, bounded(key), policies))
  }

  /** Keeps the key out from now on for `duration`, whatever its quota. */
  block(key: string, duration: Duration): MaybePromise<void> {
    checkKey(key)
    const ms = durationMs(duration, 'duration')
    return this.#limits.ask('block', (store) => store.block(this.group, bounded(key), ms))
  }

  unblock(key: string): MaybePromise<void> {
    checkKey(key)
    return this.#limits.ask('unblock', (store) => store.unblock(this.group, bounded(key)))
  }

  /**
   * Changes limits while the limiter runs; what was used stays used.
   * @throws ForebayError for changes that are not accepted; then nothing changes.
   */
  update(changes: Changes): void {
    this.#charges = this.#changed(changes)
  }

  stats(): RateLimiterStats {
    const { keys, evictions } = this.#store.stats()
    const backend = this.#guard.state('limits')
    return { allowed: this.#allowed, denied: this.#denied, errors: this.#errors, keys, evictions, backend }
  }

  on<Name extends keyof LimiterEvents>(event: Name, listener: Listener<LimiterEvents[Name]>): Undo {
    return this.#events.on(event, listener)
  }

  off<Name extends keyof LimiterEvents>(event: Name, listener: Listener<LimiterEvents[Name]>): void {
    this.#events.off(event, listener)
  }

  /** For gates: decides and charges in any group. Never throws or rejects. */
  decide(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision> {
    if (key.length > longestKey) return this.#decideDigested(group, key, charges)
    const decision = this.#limits.consume(group, key, charges)
    return decision instanceof Promise ? decision.then(this.#reportLate) : this.report(decision)
  }

  /** For gates: corrects what a decision charged, in the windows that it charged. */
  adjust({ group, key, charges, decision }: Adjustment): MaybePromise<void> {
    if (decision.source === 'local') this.#limits.adjustLocal({ group, key: bounded(key), charges, decision })
    // What was decided without the backend was not counted there.
    if (decision.source !== 'backend') return undefined
    return this.#limits.ask('adjust', (store) =>
      store.adjust(group, bounded(key), charges, decision.policies),
    )
  }

  /** For gates: counts a decision and tells of it; returns it. */
  report(decision: Decision): Decision {
    if (decision.allowed) this.#allowed++
    else {
      this.#denied++
      if (this.#denials.isHeard) this.#denials.emit(decision)
    }
    if (this.#decisions.isHeard) this.#decisions.emit(decision)
    return decision
  }

  /** For gates: an option function threw or returned nonsense. */
  fail(operation: string, error: unknown): void {
    this.#errors++
    const isHeard = this.#events.hears('error')
    if (isHeard) this.#events.emit('error', { name: this.name, operation, error })
    else this.#log.error(`function ${operation}`, `option ${operation} failed`, error)
  }

  #decideDigested(group: string, key: string, charges: readonly Charge[]): MaybePromise<Decision> {
    const named = (decision: Decision): Decision => this.report({ ...decision, key })
    const decision = this.#limits.consume(group, bounded(key), charges)
    return isPromise(decision) ? decision.then(named) : named(decision)
  }

  #chargesBy(options: ConsumeOptions): readonly Charge[] {
    checkCallOptions(options, 'options', ['cost'])
    return this.#chargesOf(options.cost)
  }

  #chargesOf(cost: number | undefined): readonly Charge[] {
    if (cost === undefined) return this.#charges
    checkUnits(cost, 'cost')
    return this.#charges.map(({ policy }) => ({ policy, units: cost }))
  }
}

/** With the spaces it is longer than any key that is counted as it is: a client cannot send another's digest as its key. */
function bounded(key: string): string {
  return key.length > longestKey ? `${digest(key)}${' '.repeat(longestKey)}` : key
}
