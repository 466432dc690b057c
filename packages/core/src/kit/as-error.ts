/** What was thrown, as an error: anything may be thrown. */
import { isNativeError } from 'node:util/types'
import { showValue } from './forebay-error.ts'

/** Its `cause` is what was thrown instead. Never throws itself, as `String` does for some objects. */
export function asError(thrown: unknown): Error {
  // Those of another realm, such as Node's own in Jest, are no instances of this one's.
  if (thrown instanceof Error || isNativeError(thrown)) return thrown
  return new Error(`no error but ${showValue(thrown)}`, { cause: thrown })
}
