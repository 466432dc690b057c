/** A limiter of options that are checked already. */
import { durationMs } from '../kit/duration.ts'
import { checkOptions } from '../kit/option-check.ts'
import { memoryBackend } from '../memory/memory-backend.ts'
import type { BlockRule } from '../ports/rate-limit-store.ts'
import { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { rateLimitDefaults } from './defaults.ts'
import { buildCharges } from './policy-building.ts'
import { checkRateLimitOptions, rateLimiterChangesChecks } from './rate-limit-checks.ts'
import { checkRateLimitConflicts } from './rate-limit-conflicts.ts'
import type { RateLimiterChanges, RateLimiterOptions } from './rate-limit-options.ts'

/** @param mayChange throws for changes that this limiter cannot make, whatever their values. */
export function buildRateLimiter(
  options: RateLimiterOptions,
  mayChange: (changes: RateLimiterChanges) => void = () => {},
): RateLimiter<RateLimiterChanges> {
  const name = options.name ?? rateLimitDefaults.name
  let current = options
  return new RateLimiter({
    name,
    group: options.group ?? name,
    charges: buildCharges(options),
    changed: (changes) => {
      mayChange(changes)
      const next = withChanges(current, changes)
      const charges = buildCharges(next)
      current = next
      return charges
    },
    block: blockRule(options),
    mode: options.mode ?? rateLimitDefaults.mode,
    backend: options.backend ?? memoryBackend(),
    onBackendError: options.onBackendError ?? rateLimitDefaults.onBackendError,
    timeoutMs: durationMs(options.timeout ?? rateLimitDefaults.timeout, 'timeout'),
    expectedNodes: options.expectedNodes ?? rateLimitDefaults.expectedNodes,
    logger: options.logger ?? defaultLogger,
  })
}

/** @throws ForebayError for changes that are not accepted, alone or together with what stays. */
function withChanges(options: RateLimiterOptions, changes: RateLimiterChanges): RateLimiterOptions {
  checkOptions('update', changes, rateLimiterChangesChecks)
  checkRateLimitOptions('update', changes, { perRequest: false })
  const next = { ...options, ...changes }
  checkRateLimitConflicts('update', next)
  return next
}

function blockRule({ block, escalate }: RateLimiterOptions): BlockRule | undefined {
  if (block === undefined) return undefined
  const blockMs = durationMs(block, 'block')
  if (escalate === undefined) return { blockMs, factor: 1, maxMs: blockMs }
  return { blockMs, factor: escalate.factor, maxMs: durationMs(escalate.max, 'escalate.max') }
}
