/** What was thrown, as an error: anything may be thrown. */
import { showValue } from './forebay-error.ts'

/** Its `cause` is what was thrown instead. Never throws itself, as `String` does for some objects. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new Error(`no error but ${showValue(thrown)}`, { cause: thrown })
}
