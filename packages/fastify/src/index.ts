/** forebay for Fastify 5: rate limiting and whole-response caching as plugins. */
// Brings what forebay adds to Fastify's own types along.
export type { RouteConfig } from './augmentation.ts'
export type { HookName } from './plugin-options.ts'
export {
  concurrencyLimit,
  type ConcurrencyLimitPluginOptions,
  type RouteConcurrencyLimitOptions,
} from './concurrency-limit.ts'
export { rateLimit, type RateLimitPluginOptions, type RouteRateLimitOptions } from './rate-limit.ts'
export {
  responseCache,
  type ResponseCachePluginOptions,
  type RouteResponseCacheOptions,
} from './response-cache.ts'
