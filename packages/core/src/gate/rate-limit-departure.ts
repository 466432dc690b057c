/** What is charged or given back once the outcome is known. */
import { isPromise } from '../kit/promise.ts'
import type { Departed } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { Charge, Decision } from '../ports/rate-limit-store.ts'
import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { hasOwnCost } from './policy-building.ts'
import { nonsense, readUnits } from './questions.ts'
import type { Visit } from './rate-limit-visit.ts'
import type { RequestCharges } from './request-charges.ts'

export interface DepartureSetup {
  readonly limiter: RateLimiter
  readonly count: 'all' | 'failed' | 'successful'
  readonly isSuccessful: UserFunction | undefined
  readonly settle: UserFunction | undefined
}

/** What was charged, and where. */
export interface Charged {
  readonly visit: Visit
  readonly group: string
  readonly key: string
  readonly planned: RequestCharges
  readonly decision: Decision
}

/** How each unit charged is corrected; undefined leaves everything as it is. */
type Correction = (charge: Charge) => number

/** Corrects what was charged, in the window that was charged; what functions get wrong leaves the charge as it is. */
export class Departures {
  readonly #setup: DepartureSetup
  readonly isAwaited: boolean

  constructor(setup: DepartureSetup) {
    this.#setup = setup
    this.isAwaited = setup.settle !== undefined || setup.count !== 'all'
  }

  /** To be called when the response is over; further calls do nothing. */
  of(charged: Charged): Departed {
    let isOver = false
    return (status, completed) => {
      if (isOver) return
      isOver = true
      this.#correct(charged, { status, completed })
    }
  }

  /** Gives everything back that was charged. */
  giveBack(charged: Charged): void {
    this.#adjust(charged, refund)
  }

  #correct(charged: Charged, outcome: Outcome): void {
    const { visit } = charged
    try {
      const correction = this.#correctionOf(charged, outcome)
      if (!isPromise(correction)) return this.#adjust(charged, correction)
      correction.then(
        (later) => this.#adjust(charged, later),
        (error: unknown) => this.#setup.limiter.fail(visit.operation, error),
      )
    } catch (error) {
      this.#setup.limiter.fail(visit.operation, error)
    }
  }

  #correctionOf(charged: Charged, outcome: Outcome): MaybePromise<Correction | undefined> {
    if (this.#setup.count === 'all') return this.#settlement(charged)
    const succeeded = this.#succeeded(charged.visit, outcome)
    const decide = (isSuccess: boolean): MaybePromise<Correction | undefined> =>
      isSuccess === (this.#setup.count === 'successful') ? this.#settlement(charged) : refund
    return isPromise(succeeded) ? succeeded.then(decide) : decide(succeeded)
  }

  #succeeded(visit: Visit, { status, completed }: Outcome): MaybePromise<boolean> {
    const { isSuccessful } = this.#setup
    if (!completed || status === undefined) return false
    if (isSuccessful === undefined) return status < 400
    visit.operation = 'isSuccessful'
    const answer: unknown = visit.exchange.invoke(isSuccessful)
    return isPromise(answer) ? Promise.resolve(answer).then(readBoolean) : readBoolean(answer)
  }

  #settlement({ visit }: Charged): MaybePromise<Correction | undefined> {
    const { settle } = this.#setup
    if (settle === undefined) return undefined
    visit.operation = 'settle'
    const used: unknown = visit.exchange.invoke(settle)
    return isPromise(used)
      ? Promise.resolve(used).then((later) => this.#difference(later))
      : this.#difference(used)
  }

  #difference(used: unknown): Correction {
    const units = readUnits(used)
    if (units === undefined) throw nonsense('settle', used, 'a whole number of at least 0')
    return ({ policy, units: charged }) => (hasOwnCost(policy) ? 0 : units - charged)
  }

  #adjust({ group, key, planned, decision }: Charged, correction: Correction | undefined): void {
    if (correction === undefined) return
    const corrections = planned.charges.map((charge) => ({
      policy: charge.policy,
      units: correction(charge),
    }))
    if (corrections.every(({ units }) => units === 0)) return
    try {
      const done = this.#setup.limiter.adjust({ group, key, charges: corrections, decision })
      if (isPromise(done)) done.catch(leaveAsItIs)
    } catch {
      leaveAsItIs()
    }
  }
}

interface Outcome {
  readonly status: number | undefined
  readonly completed: boolean
}

/** The limiter has told of the failure, and the charge stands: too much was counted, never too little. */
function leaveAsItIs(): void {}

const refund: Correction = ({ units }) => -units

function readBoolean(answer: unknown): boolean {
  if (typeof answer !== 'boolean') throw nonsense('isSuccessful', answer, 'true or false')
  return answer
}
