/** The default backend: everything in this process's memory, bounded. */
import { ForebayError } from '../kit/forebay-error.ts'
import type { Backend } from '../ports/backend.ts'
import type { Clock } from '../ports/clock.ts'

export interface MemoryBackendOptions {
  /** Bound on the bytes of stored responses and values, keys and bookkeeping included. Default 64 MiB. */
  readonly maxBytes?: number
  /** Bound on the number of entries. Default 100,000. */
  readonly maxEntries?: number
  /** Bound on the number of rate-limit keys. Default 1,000,000. */
  readonly maxKeys?: number
  /** The time by which everything is judged. Default the process's own, monotonic; for tests a `manualClock()`. */
  readonly clock?: Clock
}

/**
 * A backend in this process's memory.
 * @throws ForebayError for options that are unknown or malformed.
 */
export function memoryBackend(options: MemoryBackendOptions = {}): Backend {
  throw new ForebayError('FOREBAY_INVALID_ARGUMENT', `not yet: ${Object.keys(options).join()}`)
}
