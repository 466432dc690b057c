/** One request on its way through a limiter, step by step. */
import { isPromise } from '../kit/promise.ts'
import type { Admission } from '../ports/admission.ts'
import type { Exchange, UserFunction } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** What the steps have found out so far. */
export class Visit {
  readonly exchange: Exchange
  /** The option whose function is being asked: what an error is reported as. */
  operation = 'decide'
  key: string | undefined
  /** Counted by address although keys are asked for. */
  isKeyless = false
  /** What option functions answered for limits, windows and costs; the plan knows which is where. */
  answers: number[] | undefined

  constructor(exchange: Exchange) {
    this.exchange = exchange
  }
}

/** Finds something out; an admission ends the visit, undefined goes on to the next step. */
export type Step = (visit: Visit) => MaybePromise<Admission | undefined>

/** Ends a visit in which a step threw or rejected. Never throws. */
export type Failed = (visit: Visit, error: unknown) => MaybePromise<Admission>

/** Takes the steps in order, at once until the first that answers later. The last step always ends the visit. */
export function takeSteps(steps: readonly Step[], visit: Visit, failed: Failed): MaybePromise<Admission> {
  return takeStepsFrom(0, steps, visit, failed)
}

function takeStepsFrom(
  first: number,
  steps: readonly Step[],
  visit: Visit,
  failed: Failed,
): MaybePromise<Admission> {
  try {
    for (let index = first; index < steps.length; index++) {
      const admission = steps[index]?.(visit)
      if (admission === undefined) continue
      if (!isPromise(admission)) return admission
      return admission.then(
        (later) => later ?? takeStepsFrom(index + 1, steps, visit, failed),
        (error: unknown) => failed(visit, error),
      )
    }
    throw new Error('the last step did not end the visit')
  } catch (error) {
    return failed(visit, error)
  }
}

/** Asks a user's function and goes on with its answer, at once when it is there at once. */
export function ask(
  visit: Visit,
  question: { readonly operation: string; readonly fn: UserFunction },
  goOn: (visit: Visit, answer: unknown) => MaybePromise<Admission | undefined>,
): MaybePromise<Admission | undefined> {
  visit.operation = question.operation
  const answer: unknown = visit.exchange.invoke(question.fn)
  if (!isPromise(answer)) return goOn(visit, answer)
  // Resolved anew: a thenable of the user's own may call back twice, or throw.
  return Promise.resolve(answer).then((later) => goOn(visit, later))
}
