/** What forebay adds to Fastify's own types. */
import type { Decision, ResponseCache } from '@forebay/core'
import type { RouteConcurrencyLimitOptions } from './concurrency-limit.ts'
import type { RouteRateLimitOptions } from './rate-limit.ts'
import type { RouteResponseCacheOptions } from './response-cache.ts'
import type { RouteSetting } from './route-setting.ts'

/** A route's `config`: options of its own in place of the plugin's, or `false`. */
export interface RouteConfig {
  rateLimit?: RouteSetting<RouteRateLimitOptions>
  responseCache?: RouteSetting<RouteResponseCacheOptions>
  concurrencyLimit?: RouteSetting<RouteConcurrencyLimitOptions>
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the latest rate limiter decided; undefined before one did. */
    rateLimit: Decision | undefined
  }

  interface FastifyInstance {
    /** The cache behind: its invalidation, its statistics, its events. */
    responseCache: ResponseCache
  }

  interface FastifyContextConfig extends RouteConfig {}
}
