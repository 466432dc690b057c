/** A concurrency limiter without any framework. */
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
import { ConcurrencyLimiter } from '../rate-limit/concurrency-limiter.ts'
import { concurrencyDefaults } from './defaults.ts'
import type { ConcurrencyLimiterOptions } from './concurrency-options.ts'

/** Also part of what a middleware accepts. */
export const concurrencyLimiterChecks: OptionChecks = {
  max: isInteger(1),
  queue: isInteger(0),
  timeout: isPositiveDuration,
  backend: isObjectWith('kind', 'shared', 'clock'),
  name: isText,
}

/**
 * Bounds what runs at once in this process.
 * @throws ForebayError for options that are unknown, malformed or contradict each other, and for a backend that
 * processes share: permits are counted in this process alone.
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
  if (options.timeout !== undefined && queue === 0) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `${of}: timeout is given, but nothing ever waits without a queue. Give queue as well, or leave timeout out.`,
    )
  }
  if (options.backend?.shared === true) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: backend: a ${options.backend.kind} backend is shared between processes, but permits are counted in this ` +
        `process alone. Accepted: a memory backend, or none.`,
    )
  }
  return new ConcurrencyLimiter({
    name: options.name ?? concurrencyDefaults.name,
    max: options.max,
    queue,
    timeoutMs: durationMs(options.timeout ?? concurrencyDefaults.timeout, 'timeout'),
    clock: options.backend?.clock ?? systemClock(),
  })
}
