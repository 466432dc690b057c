/** What was thrown, as an error: anything may be thrown. */
import { showValue } from './forebay-error.ts'

/** Never throws itself, as `String` does for some objects. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new Error(typeof thrown === 'string' ? thrown : showValue(thrown))
}
