/** A limiter of options that are checked already. */
import { durationMs } from '../kit/duration.ts'
import { memoryBackend } from '../memory/memory-backend.ts'
import type { Logger } from '../ports/logger.ts'
import type { BlockRule } from '../ports/rate-limit-store.ts'
import { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { rateLimitDefaults } from './defaults.ts'
import { buildCharges } from './policy-building.ts'
import type { RateLimiterOptions } from './rate-limit-options.ts'

/** Warnings and errors only. */
export const defaultLogger: Logger = {
  warn: (...args) => console.warn(...args),
  error: (...args) => console.error(...args),
}

export function buildRateLimiter(options: RateLimiterOptions): RateLimiter {
  const name = options.name ?? rateLimitDefaults.name
  const charges = buildCharges(options)
  return new RateLimiter({
    name,
    group: options.group ?? name,
    policies: charges.map((charge) => charge.policy),
    costs: charges.map((charge) => charge.units),
    block: blockRule(options),
    mode: options.mode ?? rateLimitDefaults.mode,
    backend: options.backend ?? memoryBackend(),
    onBackendError: options.onBackendError ?? rateLimitDefaults.onBackendError,
    timeoutMs: durationMs(options.timeout ?? rateLimitDefaults.timeout, 'timeout'),
    expectedNodes: options.expectedNodes ?? rateLimitDefaults.expectedNodes,
    logger: options.logger ?? defaultLogger,
  })
}

function blockRule({ block, escalate }: RateLimiterOptions): BlockRule | undefined {
  if (block === undefined) return undefined
  const blockMs = durationMs(block, 'block')
  if (escalate === undefined) return { blockMs, factor: 1, maxMs: blockMs }
  return { blockMs, factor: escalate.factor, maxMs: durationMs(escalate.max, 'escalate.max') }
}
