/** What the app calls to write through a cache. */
import type { DataCache } from '../data-cache/data-cache.ts'
import { interiorOf } from '../data-cache/interior.ts'
import { SerialWrites, type WriteThrough, type WriteToSource } from '../data-cache/write-through.ts'
import { WrittenCache } from '../data-cache/written-cache.ts'
import { durationMs, type Duration } from '../kit/duration.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import { checkOptions, isPositiveDuration } from '../kit/option-check.ts'
import { Turns } from '../kit/turns.ts'
import { writeThroughDefaults as defaults } from './defaults.ts'

export interface WriteThroughOptions {
  /** The longest that one write to the source, or the wait for another process that writes the same key, may take. Default 30 s. */
  readonly timeout?: Duration
}

/** Two objects that write through one cache know of each other. */
const turnsByCache = new WeakMap<object, Turns>()

/**
 * Writes go to the source first, then into the cache.
 * @throws ForebayError for a cache that `createCache` did not make, and for options that are unknown or malformed.
 */
export function writeThrough<T>(
  cache: DataCache<T>,
  write: WriteToSource<T>,
  options: WriteThroughOptions = {},
): WriteThrough<T> {
  const interior = interiorOf('writeThrough', cache)
  const { core } = interior
  if (typeof write !== 'function') {
    const message = `writeThrough: write: ${showValue(write)} is not accepted. Accepted: a function.`
    throw new ForebayError('FOREBAY_INVALID_OPTION', message)
  }
  checkOptions('writeThrough', options, { timeout: isPositiveDuration })
  const turns = turnsByCache.get(cache) ?? new Turns()
  turnsByCache.set(cache, turns)
  const writes = new SerialWrites<T>({
    name: 'writeThrough',
    namespace: core.namespace,
    backend: core.backend,
    cache: new WrittenCache({ cache, interior }),
    write,
    timeoutMs: durationMs(options.timeout ?? defaults.timeout, 'timeout'),
    turns,
    random: core.settings.random,
  })
  return { write: (key, value, entry) => writes.write(key, value, entry) }
}
