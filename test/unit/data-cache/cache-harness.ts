/** A data cache whose time, draws and listeners are the test's. */
import {
  createCache,
  memoryBackend,
  type Backend,
  type CreateCacheOptions,
  type DataCache,
  type DataCacheEvents,
  type Logger,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'

export interface CacheHarness<T> {
  readonly cache: DataCache<T>
  readonly clock: ManualClock
  readonly backend: Backend
  /** What was logged, one text per line. */
  readonly log: string[]
  /** Events as they came: name and payload. */
  readonly events: (readonly [event: string, payload: unknown])[]
}

const allEvents: readonly (keyof DataCacheEvents)[] = [
  'hit',
  'miss',
  'stale',
  'stored',
  'refused',
  'invalidated',
  'error',
  'backend-error',
  'backend-recovered',
  'slow',
]

export interface HarnessOptions {
  readonly backend?: Backend
  readonly clock?: ManualClock
  readonly random?: () => number
}

export function cacheHarness<T = unknown>(
  options: CreateCacheOptions<T> = {},
  { clock = manualClock(), backend = memoryBackend({ clock }), random = () => 0.5 }: HarnessOptions = {},
): CacheHarness<T> {
  const log: string[] = []
  const note = (...words: unknown[]): void => void log.push(words.map(String).join(' '))
  const logger: Logger = { warn: note, error: note }
  const cache = createCache<T>({ backend, logger, ttl: '1m', ...options }, { random })
  const events: (readonly [string, unknown])[] = []
  for (const event of allEvents) cache.on(event, (payload) => void events.push([event, payload]))
  return { cache, clock, backend, log, events }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function turns(): Promise<void> {
  for (let count = 0; count < 20; count++) await new Promise((resolve) => setImmediate(resolve))
}

/** A loader that is answered by hand. */
export interface HeldLoader<R> {
  readonly load: () => Promise<R>
  readonly calls: number
  /** Answers the oldest call that waits. */
  give(value: R): void
  fail(error: unknown): void
}

export function heldLoader<R>(): HeldLoader<R> {
  const waiting: { resolve: (value: R) => void; reject: (error: unknown) => void }[] = []
  let calls = 0
  return {
    get calls() {
      return calls
    },
    load: () => {
      calls++
      return new Promise<R>((resolve, reject) => waiting.push({ resolve, reject }))
    },
    give: (value) => waiting.shift()?.resolve(value),
    fail: (error) => waiting.shift()?.reject(error),
  }
}
