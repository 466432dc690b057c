/** The one error class of forebay: a stable code, and a message that says what to do. */

export type ForebayErrorCode =
  | 'FOREBAY_INVALID_OPTION'
  | 'FOREBAY_UNKNOWN_OPTION'
  | 'FOREBAY_CONFLICTING_OPTIONS'
  | 'FOREBAY_INVALID_ARGUMENT'
  | 'FOREBAY_INVALID_RESULT'
  | 'FOREBAY_INVALID_VALUE'
  | 'FOREBAY_LOADER_TIMEOUT'
  | 'FOREBAY_CLOSED'
  | 'FOREBAY_UNAVAILABLE'
  | 'FOREBAY_OVERLOADED'
  | 'FOREBAY_TIMEOUT'

/**
 * Thrown for what the caller can mend: a wrong option when a middleware is made, a wrong argument of a call, a value that
 * its codec cannot hold; and where the app itself asked for what cannot be had. `code` is stable across versions; `message` names the option, the value
 * received and what is accepted.
 */
export class ForebayError extends Error {
  override readonly name = 'ForebayError'
  readonly code: ForebayErrorCode

  constructor(code: ForebayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const longestShownText = 60

/** A value as an error message shows it: short, on one line, without ever throwing itself. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const kind = Array.isArray(value) ? 'an array' : 'an object'
  try {
    return shorten(JSON.stringify(value) ?? kind)
  } catch {
    return kind
  }
}

function shorten(text: string): string {
  return text.length <= longestShownText ? text : `${text.slice(0, longestShownText)}…`
}
