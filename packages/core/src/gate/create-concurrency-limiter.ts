/** A concurrency limiter without any framework. */
import type { BackendUser } from '../guard/outage.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import { durationMs } from '../kit/duration.ts'
import {
  checkOptions,
  isInteger,
  isObjectWith,
  isPositiveDuration,
  isText,
  type OptionChecks,
} from '../kit/option-check.ts'
import { systemClock } from '../memory/system-clock.ts'
import type { Backend } from '../ports/backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { ConcurrencyLimiter } from '../rate-limit/concurrency-limiter.ts'
import { FleetConcurrency } from '../rate-limit/fleet-concurrency.ts'
import { LocalConcurrency } from '../rate-limit/local-concurrency.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { concurrencyDefaults } from './defaults.ts'
import type { ConcurrencyLimiterOptions } from './concurrency-options.ts'

/** Also part of what a middleware accepts. */
export const concurrencyLimiterChecks: OptionChecks = {
  max: isInteger(1),
  queue: isInteger(0),
  timeout: isPositiveDuration,
  backend: isObjectWith('kind', 'shared', 'clock', 'locks', 'bus'),
  name: isText,
  logger: isObjectWith('warn', 'error'),
}

/**
 * Bounds what runs at once: in this process, or over all processes on the backend that they share.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createConcurrencyLimiter(options: ConcurrencyLimiterOptions): ConcurrencyLimiter {
  checkOptions('createConcurrencyLimiter', options, concurrencyLimiterChecks)
  return buildConcurrencyLimiter('createConcurrencyLimiter', options)
}

/** The same of options whose names and types are checked already. */
export function buildConcurrencyLimiter(
  of: string,
  options: Omit<ConcurrencyLimiterOptions, 'max'> & { readonly max?: number },
): ConcurrencyLimiter {
  if (options.max === undefined) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: max is missing. Accepted: ${concurrencyLimiterChecks.max?.accepted}.`,
    )
  }
  const queue = options.queue ?? concurrencyDefaults.queue
  // A queue of 0 that is said, by a setting perhaps, is no mistake: then nobody waits.
  if (options.timeout !== undefined && options.queue === undefined) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `${of}: timeout is given, but nothing ever waits without a queue. Give queue as well, or leave timeout out.`,
    )
  }
  const { backend } = options
  const name = options.name ?? concurrencyDefaults.name
  const setup = {
    name,
    max: options.max,
    queue,
    timeoutMs: durationMs(options.timeout ?? concurrencyDefaults.timeout, 'timeout'),
    clock: backend?.clock ?? systemClock(),
  }
  if (backend?.shared !== true) return new LocalConcurrency(setup)
  return new FleetConcurrency({
    ...setup,
    backend,
    key: fleetKey(backend, options.name, options.max),
    user: userOf(name, options.logger ?? defaultLogger),
  })
}

/** How many limiters without a name each backend has, by their bounds. */
const unnamed = new WeakMap<Backend, Map<number, number>>()

/**
 * Those of one name and bound share their permits, in every process. Without a name they are told apart by the order in which
 * they are made, which is the same in all processes of one app.
 */
function fleetKey(backend: Backend, name: string | undefined, max: number): string {
  if (name !== undefined) return `concurrency:${max}:n:${name}`
  const counts = unnamed.get(backend) ?? new Map<number, number>()
  unnamed.set(backend, counts)
  const number = (counts.get(max) ?? 0) + 1
  counts.set(max, number)
  return `concurrency:${max}:${number}`
}

/** The guard of the backend tells the log of outages; beyond that, nobody asks. */
function userOf(name: string, logger: Logger): BackendUser {
  return { who: `concurrency limiter ${name}`, logger, failed: () => {}, recovered: () => {} }
}
