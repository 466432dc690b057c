/** What the app calls to write behind a cache. */
import type { DataCache } from '../data-cache/data-cache.ts'
import type { DataCore } from '../data-cache/data-core.ts'
import { interiorOf } from '../data-cache/interior.ts'
import { FlushLog } from '../data-cache/write-behind/flush-log.ts'
import { JournalQueue } from '../data-cache/write-behind/journal-queue.ts'
import { MemoryQueue } from '../data-cache/write-behind/memory-queue.ts'
import type { WriteQueue } from '../data-cache/write-behind/write-queue.ts'
import { BufferedWrites, type WriteBehind } from '../data-cache/write-behind/write-behind.ts'
import { WrittenCache } from '../data-cache/written-cache.ts'
import { durationMs, type Duration } from '../kit/duration.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import {
  checkOptions,
  isEither,
  isFunction,
  isInteger,
  isObjectWith,
  isOneOf,
  isPositiveDuration,
  isText,
  type OptionChecks,
} from '../kit/option-check.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { writeBehindDefaults as defaults } from './defaults.ts'
import type { WriteBehindOptions } from './write-behind-options.ts'

const checks: OptionChecks = {
  flush: isFunction,
  interval: isPositiveDuration,
  maxBatch: isInteger(1, 10_000),
  maxPending: isInteger(1),
  retries: isEither(isInteger(0), isOneOf(Infinity)),
  retryDelay: isPositiveDuration,
  maxRetryDelay: isPositiveDuration,
  onDeadLetter: isFunction,
  flushTimeout: isPositiveDuration,
  writeTimeout: isPositiveDuration,
  closeTimeout: isPositiveDuration,
  lease: isPositiveDuration,
  name: isText,
  logger: isObjectWith('warn', 'error'),
}

/** What is shorter would be lost to a pause of the process, or to a slow answer. */
const leastLeaseMs = 1_000

/**
 * Writes are accepted and visible in the cache at once, and reach the source a little later, in batches. Where the backend
 * has a journal (Redis, disk), what was accepted survives the process and is flushed by any process of the same `name`, at least
 * once and in order per key; in memory it ends with the process.
 * @throws ForebayError for a cache that `createCache` did not make, and for options that are unknown, malformed or missing.
 */
export function writeBehind<T>(cache: DataCache<T>, options: WriteBehindOptions<T>): WriteBehind<T> {
  const interior = interiorOf('writeBehind', cache)
  const { core } = interior
  checkOptions('writeBehind', options, checks)
  if (options.flush === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      'writeBehind: flush is missing. Accepted: a function that writes a list of [key, value] to the source.',
    )
  }
  const label = options.name ?? core.namespace
  const written = new WrittenCache({ cache, interior })
  const queue = queueOf(core, options, label)
  const leave = join(cache, core, label)
  const { random } = core.settings
  const ms = (name: DurationName): number => durationOf(options, name)
  const writes = new BufferedWrites<T>({
    name: `writeBehind ${label}`,
    clock: core.clock,
    queue,
    cache: written,
    flush: options.flush,
    onDeadLetter: options.onDeadLetter,
    flushed: (batch) =>
      written.reconcile(batch.entries, (key, labels) => queue.hasNewer(key) || batch.isNewer(key, labels)),
    log: new FlushLog(`writeBehind ${label}`, options.logger ?? defaultLogger),
    maxBatch: options.maxBatch ?? defaults.maxBatch,
    intervalMs: ms('interval'),
    flushTimeoutMs: ms('flushTimeout'),
    closeTimeoutMs: ms('closeTimeout'),
    retries: options.retries ?? (options.onDeadLetter === undefined ? Infinity : defaults.retries),
    backoff: { firstMs: ms('retryDelay'), mostMs: Math.max(ms('retryDelay'), ms('maxRetryDelay')), random },
  })
  const close = (): Promise<void> => {
    leave()
    return writes.close()
  }
  return {
    write: (key, value, entry) => writes.write(key, value, entry),
    flush: () => writes.flush(),
    stats: () => writes.stats(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Queues of each cache that this process flushes. */
const joined = new WeakMap<object, Set<string>>()

/** Two functions on one journal would each be given a part of what was written. Returns what makes room for another. */
function join(cache: object, { backend }: DataCore, label: string): () => void {
  if (backend.journal === undefined) return () => {}
  const labels = joined.get(cache) ?? new Set<string>()
  joined.set(cache, labels)
  if (labels.has(label)) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `writeBehind: name: ${showValue(label)} is the name of another queue of this cache. Accepted: another name, or the same after close().`,
    )
  }
  labels.add(label)
  return () => labels.delete(label)
}

type DurationName =
  'interval' | 'retryDelay' | 'maxRetryDelay' | 'flushTimeout' | 'writeTimeout' | 'closeTimeout' | 'lease'

function durationOf(options: Partial<Record<DurationName, Duration>>, name: DurationName): number {
  return durationMs(options[name] ?? defaults[name], name)
}

function queueOf<T>(core: DataCore, options: WriteBehindOptions<T>, label: string): WriteQueue<T> {
  const { clock, backend, codec, settings } = core
  const maxPending = options.maxPending ?? defaults.maxPending
  const line = {
    name: `writeBehind ${label}`,
    clock,
    mostWaiting: defaults.maxWaiting,
    timeoutMs: durationOf(options, 'writeTimeout'),
  }
  const { journal } = backend
  if (journal === undefined) return new MemoryQueue<T>({ ...line, maxPending })
  const leaseMs = durationOf(options, 'lease')
  if (leaseMs < leastLeaseMs) {
    const message = `writeBehind: lease: ${leaseMs} ms is not accepted. Accepted: a duration of at least ${leastLeaseMs} ms.`
    throw new ForebayError('FOREBAY_INVALID_OPTION', message)
  }
  return new JournalQueue<T>({
    ...line,
    journal,
    stream: `write-behind:${core.namespace.length}:${core.namespace}:${label}`,
    codec: codec as JournalCodec<T>,
    random: settings.random,
    maxPending,
    leaseMs,
  })
}

type JournalCodec<T> = ConstructorParameters<typeof JournalQueue<T>>[0]['codec']
