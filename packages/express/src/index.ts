/** The public door of `@forebay/express`. */
// Brings what forebay adds to Express's own types along.
export type { RateLimitedRequest } from './augmentation.ts'

export { concurrencyLimit, type ConcurrencyLimitMiddleware } from './concurrency-limit.ts'
export { rateLimit, type RateLimitMiddleware } from './rate-limit.ts'
export { responseCache, type ResponseCacheMiddleware } from './response-cache.ts'
