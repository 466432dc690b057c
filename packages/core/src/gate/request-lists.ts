/** The `allow` and `deny` options as one question to a visit. */
import type { Admission } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import { addressList } from '../rate-limit/address-list.ts'
import { ask, type Step, type Visit } from './rate-limit-visit.ts'

/** What becomes of a request that is on the list. */
export type OnList = (visit: Visit) => MaybePromise<Admission>

/** A step, and whether it compares keys, so that the key has to be known before it. */
export interface ListStep {
  readonly step: Step
  readonly needsKey: boolean
}

/** @throws ForebayError for an entry that is neither an address, nor a CIDR block, nor a key. */
export function listStep(
  operation: 'allow' | 'deny',
  list: readonly string[] | UserFunction,
  onList: OnList,
): ListStep {
  if (typeof list === 'function') {
    const question = { operation, fn: list }
    const judge = (visit: Visit, answer: unknown): MaybePromise<Admission | undefined> =>
      answer ? onList(visit) : undefined
    return { step: (visit) => ask(visit, question, judge), needsKey: false }
  }
  const entries = addressList(list, `rateLimit: ${operation}`)
  return {
    needsKey: entries.hasKeys,
    step: (visit) => {
      const { address } = visit.exchange
      const isListed =
        (address !== undefined && entries.hasAddresses && entries.includesAddress(address)) ||
        (visit.key !== undefined && entries.includesKey(visit.key))
      return isListed ? onList(visit) : undefined
    },
  }
}
