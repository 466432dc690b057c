/** Asking an app's own function, without trusting it. */
import { isPromise } from '../kit/promise.ts'
import type { Exchange, UserFunction } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

/** An option's function threw, or returned what the option does not accept. */
export class UserFunctionError extends Error {
  override readonly name = 'UserFunctionError'
  /** The option. */
  readonly operation: string

  constructor(operation: string, cause: unknown) {
    super(`option ${operation} failed`, { cause })
    this.operation = operation
  }
}

export interface Question<Answer> {
  /** The option's name. */
  readonly operation: string
  readonly accepts: (answer: unknown) => answer is Answer
}

/** @throws UserFunctionError, or rejects with it. */
export function askUser<Answer>(
  question: Question<Answer>,
  fn: UserFunction,
  exchange: Exchange,
): MaybePromise<Answer> {
  let answer: unknown
  try {
    answer = exchange.invoke(fn)
  } catch (error) {
    throw new UserFunctionError(question.operation, error)
  }
  if (!isPromise(answer)) return accepted(question, answer)
  return answer.then(
    (late) => accepted(question, late),
    (error: unknown) => {
      throw new UserFunctionError(question.operation, error)
    },
  )
}

/** The same where there is no time to wait: a promise is nonsense there. */
export function askUserNow<Answer>(question: Question<Answer>, fn: UserFunction, exchange: Exchange): Answer {
  const answer = askUser(question, fn, exchange)
  if (!isPromise(answer)) return answer
  // Whatever becomes of it, nobody waits for it: it must not end as an unhandled rejection.
  answer.catch(() => {})
  throw new UserFunctionError(
    question.operation,
    new TypeError('a promise, where an answer is needed at once'),
  )
}

function accepted<Answer>(question: Question<Answer>, answer: unknown): Answer {
  if (question.accepts(answer)) return answer
  throw new UserFunctionError(question.operation, new TypeError(`${typeof answer} is not accepted`))
}

/** For predicates: what counts is whether it is truthy. */
export function isAnyAnswer(_answer: unknown): _answer is unknown {
  return true
}

export function isTextAnswer(answer: unknown): answer is string | undefined {
  return answer === undefined || typeof answer === 'string'
}

export function isTextListAnswer(answer: unknown): answer is readonly string[] {
  return Array.isArray(answer) && answer.every((item) => typeof item === 'string')
}
