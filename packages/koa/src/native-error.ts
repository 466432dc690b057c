/** What Koa takes for an error, and what it makes of anything else that is thrown. */
import { format } from 'node:util'

/** Koa's own question, which also knows the errors of another realm. */
export function isNativeError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]'
}

export function asNativeError(thrown: unknown): Error {
  return isNativeError(thrown) ? thrown : new Error(format('non-error thrown: %j', thrown))
}
