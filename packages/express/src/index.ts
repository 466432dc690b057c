/** The public door of `@forebay/express`. */
import './augmentation.ts'

export { concurrencyLimit, type ConcurrencyLimitMiddleware } from './concurrency-limit.ts'
export { rateLimit, type RateLimitMiddleware } from './rate-limit.ts'
export { responseCache, type ResponseCacheMiddleware } from './response-cache.ts'
