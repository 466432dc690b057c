/** Peers that bring no types of their own: just what the benchmark uses of them. */

declare module 'apicache' {
  import type { RequestHandler } from 'express'
  interface ApiCache {
    newInstance(): ApiCache
    middleware(duration: string): RequestHandler
  }
  const apicache: ApiCache
  export default apicache
}

declare module 'koa-ratelimit' {
  import type { Context, Middleware } from 'koa'
  interface Options {
    driver: 'memory'
    db: Map<string, unknown>
    duration: number
    max: number
    id: (ctx: Context) => string
  }
  export default function koaRateLimit(options: Options): Middleware
}

declare module 'koa-cash' {
  import type { Middleware } from 'koa'
  interface Options {
    get(key: string): object | undefined
    set(key: string, value: object): void
  }
  export default function koaCash(options: Options): Middleware<{}, { cashed(): Promise<boolean> }>
}

declare module '@fastify/rate-limit/store/LocalStore.js' {
  export default class LocalStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, cache: number)
    incr(
      key: string,
      callback: (error: Error | null, result: { current: number }) => void,
      timeWindow: number,
      max: number,
    ): void
  }
}

declare module '@fastify/rate-limit/store/RedisStore.js' {
  import type { Redis } from 'ioredis'
  export default class RedisStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, redis: Redis, key?: string)
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number }) => void,
      timeWindow: number,
      max: number,
    ): void
  }
}
