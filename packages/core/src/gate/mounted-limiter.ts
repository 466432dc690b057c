/** One mount of a rate limiter at work: the steps of a request, and what follows from the decision. */
import { isPromise } from '../kit/promise.ts'
import type { Admission } from '../ports/admission.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { AllowedDecision, Decision, DeniedDecision } from '../ports/rate-limit-store.ts'
import type { FieldWriter } from '../rate-limit/fields/field-writer.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { clientLeft, type Answers } from './rate-limit-answer.ts'
import { refusedDecision, skippedDecision } from './rate-limit-decisions.ts'
import type { RateLimiterChanges } from './rate-limit-options.ts'
import type { Charged, Departures } from './rate-limit-departure.ts'
import { takeSteps, Visit, type Step } from './rate-limit-visit.ts'
import type { ChargePlan, RequestCharges } from './request-charges.ts'
import { keylessGroup } from './group-of-request.ts'
import type { Sleepers } from './sleepers.ts'
import type { DelayOf } from './slow-down.ts'

/** The parts that options come to. */
export interface MountParts {
  readonly limiter: RateLimiter<RateLimiterChanges>
  /** From `skip` to the key. They may end the visit by `skipped` or `refused`. */
  readonly stepsToKey: (ends: VisitEnds) => readonly Step[]
  readonly plan: ChargePlan
  readonly groupOf: (exchange: Exchange) => string
  readonly writers: readonly FieldWriter[]
  readonly answers: Answers
  readonly departures: Departures
  readonly delay: { readonly of: DelayOf; readonly sleepers: Sleepers } | undefined
}

/** How a visit ends without counting. */
export interface VisitEnds {
  readonly skipped: (visit: Visit) => Admission
  readonly refused: (visit: Visit, reason: 'deny-list' | 'missing-key') => MaybePromise<Admission>
}

export class MountedLimiter {
  readonly limiter: RateLimiter<RateLimiterChanges>
  readonly #parts: MountParts
  readonly #steps: readonly Step[]
  readonly #isShadow: boolean

  constructor(parts: MountParts) {
    this.limiter = parts.limiter
    this.#parts = parts
    this.#isShadow = parts.limiter.mode === 'shadow'
    const ends: VisitEnds = {
      skipped: (visit) => this.#skip(visit),
      refused: (visit, reason) => this.#refuse(visit, reason),
    }
    this.#steps = [...parts.stepsToKey(ends), ...parts.plan.steps, (visit) => this.#decide(visit)]
  }

  admit(exchange: Exchange): MaybePromise<Admission> {
    const visit = new Visit(exchange)
    // A refresh of ours runs the app's handler for the cache, not for the client whose request it repeats.
    return exchange.refresh === undefined ? takeSteps(this.#steps, visit, this.#failed) : this.#skip(visit)
  }

  #decide(visit: Visit): MaybePromise<Admission> {
    const { limiter, plan, groupOf } = this.#parts
    const planned = plan.chargesOf(visit)
    const route = groupOf(visit.exchange)
    const group = visit.isKeyless ? keylessGroup(route) : route
    const key = visit.key ?? ''
    visit.operation = 'decide'
    const decision = limiter.decide(group, key, planned.charges)
    if (!isPromise(decision)) return this.#conclude({ visit, group, key, planned, decision })
    return decision.then((later) => this.#conclude({ visit, group, key, planned, decision: later }))
  }

  #conclude(charged: Charged): MaybePromise<Admission> {
    const { visit, decision, planned } = charged
    if (this.#isShadow) return this.#pass(charged)
    this.#writeFields(visit.exchange, decision, planned)
    if (!decision.allowed) return this.#parts.answers.deny(visit, decision)
    const delayMs = this.#parts.delay?.of(decision, planned.charges) ?? 0
    return delayMs > 0 ? this.#sleep(charged, delayMs) : this.#pass(charged)
  }

  #pass(charged: Charged): Admission {
    const { departures } = this.#parts
    const departed = departures.isAwaited && charged.decision.allowed ? departures.of(charged) : undefined
    return { type: 'pass', decision: charged.decision, departed }
  }

  #writeFields(exchange: Exchange, decision: Decision, { text }: RequestCharges): void {
    const { writers, limiter } = this.#parts
    // Decided without counting: there is nothing to tell of.
    if (writers.length === 0 || decision.policies.length === 0) return
    const { clock } = limiter
    const standing = { decision, text, now: clock.now(), clock }
    for (const write of writers) write(exchange, standing)
  }

  #sleep(charged: Charged, delayMs: number): MaybePromise<Admission> {
    const { visit, decision } = charged
    const awakening = this.#parts.delay?.sleepers.sleep(visit.exchange, delayMs)
    if (awakening === undefined) return this.#turnAway(charged, delayMs)
    return awakening.then((how) => {
      const admission = this.#pass(charged)
      if (how === 'in-time' || admission.type !== 'pass') return admission
      admission.departed?.(undefined, false)
      return { type: 'deny', decision, response: clientLeft }
    })
  }

  /** So many wait already that this one cannot: it is denied, and a denied request costs nothing. */
  #turnAway(charged: Charged, delayMs: number): MaybePromise<Admission> {
    const { limiter, departures, answers } = this.#parts
    departures.giveBack(charged)
    const decision: DeniedDecision = {
      ...(charged.decision as AllowedDecision),
      allowed: false,
      reason: 'quota',
      retryAfterMs: delayMs,
    }
    limiter.report(decision)
    return answers.deny(charged.visit, decision)
  }

  #skip(visit: Visit): Admission {
    const decision = skippedDecision(visit.key ?? '', this.#parts.limiter.clock.now())
    return { type: 'pass', decision, departed: undefined }
  }

  #refuse(visit: Visit, reason: 'deny-list' | 'missing-key' | 'backend'): MaybePromise<Admission> {
    const { limiter, answers } = this.#parts
    const decision = refusedDecision(visit.key ?? '', limiter.clock.now(), reason)
    limiter.report(decision)
    return this.#isShadow ? { type: 'pass', decision, departed: undefined } : answers.deny(visit, decision)
  }

  /** An option function failed, so nobody can say whether the request is within its quota. */
  readonly #failed = (visit: Visit, error: unknown): MaybePromise<Admission> => {
    this.limiter.fail(visit.operation, error)
    return this.limiter.onBackendError === 'open' ? this.#skip(visit) : this.#refuse(visit, 'backend')
  }
}
