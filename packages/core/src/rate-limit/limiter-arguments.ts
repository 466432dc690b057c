/** What the methods of limiters accept. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'

/** @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what is no text. */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') refuse(`key: ${showValue(key)}`, 'a text')
}

/** @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what is no number of units. */
export function checkUnits(units: unknown, argument: string): asserts units is number {
  if (!Number.isSafeInteger(units) || (units as number) < 0) {
    refuse(`${argument}: ${showValue(units)}`, 'a whole number of at least 0')
  }
}

/**
 * A misspelt `cost` must not charge the default one.
 * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for anything but an object, and for names that are unknown.
 */
export function checkCallOptions(
  options: unknown,
  argument: string,
  known: readonly string[],
): asserts options is object {
  if (typeof options !== 'object' || options === null)
    refuse(`${argument}: ${showValue(options)}`, naming(known))
  for (const name in options) if (!known.includes(name)) refuse(`${argument}: '${name}'`, naming(known))
}

/** Made only where something is refused: most calls are right, and a decision takes less time than this text. */
function naming(known: readonly string[]): string {
  return `an object with ${known.join(' and ')}`
}

/** @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what is no list. */
export function checkCalls(calls: unknown): asserts calls is readonly unknown[] {
  if (!Array.isArray(calls)) refuse(`calls: ${showValue(calls)}`, 'a list of objects with key and cost')
}

/** @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for what is no signal, of another realm or of a polyfill too. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    refuse(`signal: ${showValue(signal)}`, 'an AbortSignal')
  }
}

function refuse(what: string, accepted: string): never {
  throw new ForebayError('FOREBAY_INVALID_ARGUMENT', `${what} is not accepted. Accepted: ${accepted}.`)
}
