/** One call of a store on its way through the guard: at once where the store answers at once. */
import type { GuardedWay } from '../guard/guarded-way.ts'
import { isPromise } from '../kit/promise.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

export interface GuardedCall<Raw, Value> {
  readonly operation: string
  readonly timeoutMs: number
  readonly ask: () => MaybePromise<Raw>
  readonly read: (raw: Raw) => Value
}

/** Never throws or rejects: `otherwise` after a failure, after the timeout, and where the store is not asked at all. */
export function attempt<Raw, Value, Otherwise>(
  way: GuardedWay,
  { operation, timeoutMs, ask, read }: GuardedCall<Raw, Value>,
  otherwise: Otherwise,
): MaybePromise<Value | Otherwise> {
  if (!way.isSound && !way.admits(operation)) return otherwise
  try {
    const answer = ask()
    if (isPromise(answer)) return way.hear(answer, { operation, timeoutMs, read }).catch(() => otherwise)
    const value = read(answer)
    if (!way.isSound) way.workedAtOnce()
    return value
  } catch (error) {
    way.failedAtOnce(operation, error)
    return otherwise
  }
}

/** Throws or rejects after a failure, after the timeout, and where the store is not asked at all. */
export async function surely<Raw, Value>(
  way: GuardedWay,
  { operation, timeoutMs, ask, read }: GuardedCall<Raw, Value>,
): Promise<Value> {
  if (!way.isSound && !way.admits(operation)) throw way.refusal(operation)
  let answer: MaybePromise<Raw>
  try {
    answer = ask()
  } catch (error) {
    way.failedAtOnce(operation, error)
    throw error
  }
  if (isPromise(answer)) return await way.hear(answer, { operation, timeoutMs, read })
  const value = read(answer)
  if (!way.isSound) way.workedAtOnce()
  return value
}
