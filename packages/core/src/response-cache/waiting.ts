/** A request that waits, for as long as its client does. */
import { isPromise } from '../kit/promise.ts'
import type { Undo } from '../ports/clock.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'

type Answer = () => MaybePromise<CacheOutcome>

/**
 * The answer that the wait ends with, or one for nobody as soon as the client leaves.
 * @param begin is to call `settle` later, once; returns what gives up the wait.
 */
export function unlessClientLeaves(
  exchange: Exchange,
  begin: (settle: (answer: Answer) => void) => Undo,
): Promise<CacheOutcome> {
  return new Promise((resolve, reject) => {
    const settle = (answer: Answer): void => {
      stopListening()
      try {
        const outcome = answer()
        if (isPromise(outcome)) outcome.then(resolve, reject)
        else resolve(outcome)
      } catch (error) {
        reject(error)
      }
    }
    const leave = begin(settle)
    const stopListening = exchange.onAbort(() => {
      leave()
      resolve(forNobody)
    })
  })
}

/** Nobody is there to read it; the framework is let go by an answer like any other. */
export const forNobody: CacheOutcome = {
  type: 'respond',
  response: {
    status: 499,
    fields: [['content-length', '0']],
    body: undefined,
    age: undefined,
    cacheStatus: undefined,
  },
}
