/** The arguments of a data cache's methods, checked. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'

/** What keys of memoized functions begin with. No key of the app does: it could name their entries. */
export const reservedPrefix = '\u0000memoized:'

export function isKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && !key.startsWith(reservedPrefix)
}

export function badKey(operation: string, key: unknown): ForebayError {
  const accepted =
    typeof key === 'string' && key.startsWith(reservedPrefix)
      ? 'a text that does not begin like the keys of memoized functions'
      : 'a text that is not empty'
  return notA(operation, 'key', { received: key, accepted })
}

export function badLoader(loader: unknown): ForebayError {
  return notA('getOrLoad', 'loader', { received: loader, accepted: 'a function' })
}

export function badValue(operation: string): ForebayError {
  const accepted = 'anything else; undefined is absence, so use delete'
  return notA(operation, 'value', { received: undefined, accepted })
}

/** @throws ForebayError for what cannot be written to a source and the cache. */
export function checkWrite(operation: string, key: unknown, value: unknown): void {
  if (!isKey(key)) throw badKey(operation, key)
  const accepted = 'anything else; undefined is absence'
  if (value === undefined) throw notA(operation, 'value', { received: undefined, accepted })
}

export function closed(operation: string): ForebayError {
  return new ForebayError('FOREBAY_CLOSED', `${operation}: the cache is closed.`)
}

/** @throws ForebayError for anything but keys. */
export function checkKeys(operation: string, keys: unknown): string[] {
  const accepted = 'a list of keys'
  if (!isIterable(keys) || typeof keys === 'string')
    throw notA(operation, 'keys', { received: keys, accepted })
  const list = [...keys]
  for (const key of list) if (!isKey(key)) throw badKey(operation, key)
  return list as string[]
}

/** @throws ForebayError for anything but pairs of a key and a value. */
export function checkPairs(operation: string, entries: unknown): [key: string, value: unknown][] {
  const accepted = 'a Map, or a list of [key, value]'
  if (!isIterable(entries) || typeof entries === 'string') {
    throw notA(operation, 'entries', { received: entries, accepted })
  }
  return Array.from(entries, (pair) => {
    if (!Array.isArray(pair) || pair.length !== 2)
      throw notA(operation, 'entries', { received: pair, accepted })
    return pair as [string, unknown]
  })
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === 'function'
}

function notA(
  operation: string,
  argument: string,
  { received, accepted }: { readonly received: unknown; readonly accepted: string },
): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_ARGUMENT',
    `${operation}: ${argument}: received ${showValue(received)}. Accepted: ${accepted}.`,
  )
}
