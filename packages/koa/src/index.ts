/** forebay for Koa 2 and 3: rate limiting and whole-response caching as middleware. */
export type { RateLimitState } from './admit.ts'
export { concurrencyLimit, type ConcurrencyLimitMiddleware } from './concurrency-limit.ts'
export { rateLimit, type RateLimitMiddleware } from './rate-limit.ts'
export { responseCache, type ResponseCacheMiddleware } from './response-cache.ts'
