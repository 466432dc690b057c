/** The default backend: everything in this process's memory, bounded. */
import { MemoryCacheStore } from '../cache/memory-cache-store.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { OnceLog } from '../kit/once-log.ts'
import { checkOptions, isInteger, isObjectWith } from '../kit/option-check.ts'
import type { Backend } from '../ports/backend.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { createMemoryRateLimitStore } from '../rate-limit/memory-rate-limit-store.ts'
import { memoryBus } from './memory-bus.ts'
import { MemoryLocks } from './memory-locks.ts'
import { systemClock } from './system-clock.ts'

export interface MemoryBackendOptions {
  /** Bound on the bytes of stored responses and values, keys and bookkeeping included. Default 64 MiB. */
  readonly maxBytes?: number
  /** Bound on the number of entries. Default 100,000. */
  readonly maxEntries?: number
  /** Bound on the number of rate-limit keys. Default 1,000,000. */
  readonly maxKeys?: number
  /** The time by which everything is judged. Default the process's own, monotonic; for tests a `manualClock()`. */
  readonly clock?: Clock
  /** Hears once when `maxKeys` is too small: all keys are denied, and new ones share counters. Default: the console. */
  readonly logger?: Logger
}

export const memoryBackendDefaults = {
  maxBytes: 67_108_864,
  maxEntries: 100_000,
  maxKeys: 1_000_000,
} as const

/** Less would not hold one small response. */
const leastBytes = 65_536

const checks = {
  maxBytes: isInteger(leastBytes),
  maxEntries: isInteger(1),
  maxKeys: isInteger(1),
  clock: isObjectWith('now', 'toWall', 'schedule'),
  logger: isObjectWith('warn', 'error'),
}

/**
 * A backend in this process's memory: every answer is synchronous. Closing it forgets the entries and leases.
 * @throws ForebayError for options that are unknown or malformed.
 */
export function memoryBackend(options: MemoryBackendOptions = {}): Backend {
  checkOptions('memoryBackend', options, checks)
  const clock = options.clock ?? systemClock()
  const entries = new MemoryCacheStore({
    clock,
    maxBytes: options.maxBytes ?? memoryBackendDefaults.maxBytes,
    maxEntries: options.maxEntries ?? memoryBackendDefaults.maxEntries,
  })
  const locks = new MemoryLocks(clock)
  const maxKeys = options.maxKeys ?? memoryBackendDefaults.maxKeys
  const log = new OnceLog('memory backend', options.logger ?? defaultLogger)
  const limits = createMemoryRateLimitStore({ clock, maxKeys, isFull: () => log.warn('full', full(maxKeys)) })
  const close = async (): Promise<void> => {
    entries.clear()
    locks.clear()
  }
  return {
    kind: 'memory',
    shared: false,
    clock,
    limits,
    entries,
    locks,
    bus: memoryBus,
    health: async () => ({ ok: true, latencyMs: 0, detail: 'memory of this process' }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function full(maxKeys: number): string {
  return (
    `maxKeys (${maxKeys}) is too small: the keys that are kept are all denied, so new ones share counters and may be ` +
    `denied too early`
  )
}
