/** Going on with a value that may or may not be a promise, without making one where there was none. */

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { readonly then?: unknown }).then === 'function'
}
