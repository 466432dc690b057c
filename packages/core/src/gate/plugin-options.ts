/** Options of a plugin: those of its middleware, which may be incomplete where routes add to them, and some of its own. */
import { checkOptions, type OptionChecks } from '../kit/option-check.ts'
import { concurrencyLimitChecks } from './concurrency-gate.ts'
import { rateLimitChecks } from './rate-limit-checks.ts'
import { responseCacheChecks } from './response-cache-settings.ts'

type Middleware = 'rateLimit' | 'concurrencyLimit' | 'responseCache'

const known: Readonly<Record<Middleware, OptionChecks>> = {
  rateLimit: rateLimitChecks,
  concurrencyLimit: concurrencyLimitChecks,
  responseCache: responseCacheChecks,
}

/**
 * For adapters: checks names and values. What contradicts itself is found when a gate is made.
 * @throws ForebayError for an option that is unknown, with "did you mean" among all of them, or malformed.
 */
export function checkPluginOptions(of: Middleware, options: unknown, own: OptionChecks): void {
  checkOptions(of, options, { ...known[of], ...own })
}
