/** Two backends as one: memory of this process in front, a shared one behind. */
import { defaultLogger } from '../kit/default-logger.ts'
import { durationMs, type Duration } from '../kit/duration.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import { harmlessLogger } from '../kit/harmless-logger.ts'
import { checkOptions, isObjectWith, isPositiveDuration } from '../kit/option-check.ts'
import { isPromise } from '../kit/promise.ts'
import type { Backend, Health } from '../ports/backend.ts'
import type { CacheScope } from '../ports/cache-store.ts'
import type { Logger } from '../ports/logger.ts'
import { coherenceOn, type Coherence, type Reporter } from './coherence.ts'
import { TieredCacheStore, type TieredEntries } from './tiered-cache-store.ts'

export interface TieredBackendOptions {
  /** Holds the copies: a `memoryBackend()`, whose bounds are theirs. */
  readonly near: Backend
  /** Holds the truth: a backend that other processes share. Limits, locks, bus, clock and journal are its own. */
  readonly far: Backend
  /** The longest that a copy is used without asking the far tier again. Default 60 s. */
  readonly nearTtl?: Duration
  /** Hears when other nodes cannot be told what was written here, and when they were. Default: the console. */
  readonly logger?: Logger
}

export interface TieredBackend extends Backend {
  readonly kind: 'tiered'
  readonly entries: TieredEntries
}

export const tieredBackendDefaults = { nearTtl: '60s' } as const

const isBackend = isObjectWith('clock', 'limits', 'entries', 'locks', 'bus', 'health', 'close')

const checks = {
  near: isBackend,
  far: isBackend,
  nearTtl: isPositiveDuration,
  logger: isObjectWith('warn', 'error'),
}

/**
 * Entries are answered from near memory while they are fresh and this node can vouch for them, and kept in `far`. Every
 * write is told to the other nodes over `far.bus`; a node that may have missed something gives up its copies and asks
 * `far` again. Closing it closes both.
 * @throws ForebayError for options that are unknown, malformed or missing, and for backends in the wrong place.
 */
export function tieredBackend(options: TieredBackendOptions): TieredBackend {
  checkOptions('tieredBackend', options, checks)
  const { near, far, nearTtl = tieredBackendDefaults.nearTtl } = options
  checkPlaces(options)
  const coherence = coherenceOn(far.bus, near.clock)
  const stopReports = coherence.report(reporterTo(options.logger ?? defaultLogger))
  const entries = new TieredCacheStore({
    near: near.entries,
    nearClock: near.clock,
    nearTtlMs: durationMs(nearTtl, 'tieredBackend: nearTtl'),
    far: far.entries,
    farClock: far.clock,
    coherence,
  })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await entries.close()
    stopReports()
    await Promise.all([near.close(), far.close()])
  }
  const closeOnce = (): Promise<void> => (closing ??= close())
  return {
    kind: 'tiered',
    shared: far.shared,
    clock: far.clock,
    limits: far.limits,
    entries,
    locks: far.locks,
    bus: far.bus,
    ...(far.journal === undefined ? {} : { journal: far.journal }),
    health: () => healthOf(options, entries, coherence),
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

function reporterTo(logger: Logger): Reporter {
  const { warn, error: say } = harmlessLogger(logger)
  const behind =
    'forebay: tiered backend: the bus does not take what other nodes are to be told; it is said again'
  return {
    fellBehind: (error) => say(behind, error),
    caughtUp: () => warn('forebay: tiered backend: the other nodes have been told everything'),
  }
}

async function healthOf(
  { near, far }: TieredBackendOptions,
  entries: TieredCacheStore,
  coherence: Coherence,
): Promise<Health> {
  const [nearHealth, farHealth] = await Promise.all([near.health(), far.health()])
  const copies = `near: ${entries.stats().near.entries} copies`
  const live = coherence.isLive ? 'in use' : 'not in use while the bus is not heard'
  const unsaid = coherence.unsaid === 0 ? '' : `, ${coherence.unsaid} messages wait to be sent`
  return {
    ok: nearHealth.ok && farHealth.ok,
    latencyMs: farHealth.latencyMs,
    detail: `far: ${farHealth.detail}; ${copies}, ${live}${unsaid}`,
  }
}

function checkPlaces({ near, far }: Partial<TieredBackendOptions>): void {
  const isSync = near?.shared === false && !isPromise(near.entries.get(probe, ''))
  if (near === undefined || !isSync) {
    throw misplaced('near', near, 'a backend in this process, such as memoryBackend()')
  }
  if (far === undefined || far.kind === 'tiered' || far === near) {
    throw misplaced('far', far, 'another backend than near, of one tier, such as redisBackend(url)')
  }
}

function misplaced(option: string, backend: Backend | undefined, accepted: string): ForebayError {
  const received = backend === undefined ? 'undefined' : `a backend of kind ${showValue(backend.kind)}`
  return new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `tieredBackend: ${option}: ${received} is not accepted here. Accepted: ${accepted}.`,
  )
}

/** Asks for nothing: only whether the answer is a promise. */
const probe: CacheScope = {
  name: 'tiers',
  codec: { id: 'none', encode: () => new Uint8Array(), decode: () => undefined },
  undecodable: () => {},
}
