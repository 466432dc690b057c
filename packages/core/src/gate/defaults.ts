/** Every default of every option, in one place; the tables in the docs are compared with it. */
// What is made below the gates has its defaults beside it; they are gathered here.
export { compressedDefaults } from '../data-cache/compressed-codec.ts'
export { memoizeDefaults } from '../data-cache/memoize/memoized-on.ts'
export { memoryBackendDefaults } from '../memory/memory-backend.ts'

export const rateLimitDefaults = {
  algorithm: 'sliding-window',
  cost: 1,
  count: 'all',
  expectedNodes: 1,
  headers: 'legacy',
  ipv6Prefix: 56,
  /** How many requests of one middleware `delay` makes wait at the same time; what comes then is denied. */
  maxSleepers: 1_000,
  missingKey: 'address',
  mode: 'enforce',
  name: 'default',
  onBackendError: 'local',
  status: 429,
  timeout: '100ms',
} as const

export const concurrencyDefaults = {
  name: 'concurrency',
  queue: 0,
  timeout: '5s',
} as const

export const responseCacheDefaults = {
  name: 'default',
  ttl: 0,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  /** `staleIfError` where the preset serves stale on error without being asked. */
  staleOnError: '1d',
  maxBodyBytes: 1_048_576,
  preset: 'safe',
  coalesce: true,
  lease: '10s',
  earlyRefresh: 1,
  jitter: 0.1,
  cacheStatus: 'forebay',
  timeout: '100ms',
  /** `negativeTtl` is the smaller of `ttl` and this. */
  longestNegativeTtl: '60s',
} as const

export const dataCacheDefaults = {
  namespace: 'default',
  ttl: '5m',
  jitter: 0,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  /** 1: never before it is stale. */
  refreshAhead: 1,
  earlyRefresh: 1,
  sliding: false,
  version: '',
  codec: 'json',
  freeze: false,
  timeout: '100ms',
  /** `negativeTtl` is the smaller of `ttl` and this. */
  longestNegativeTtl: '60s',
} as const

export const writeThroughDefaults = {
  timeout: '30s',
} as const

export const writeBehindDefaults = {
  interval: '1s',
  maxBatch: 100,
  maxPending: 10_000,
  /** With `onDeadLetter`; without it, nothing is given up. */
  retries: 5,
  retryDelay: '100ms',
  maxRetryDelay: '30s',
  flushTimeout: '30s',
  writeTimeout: '30s',
  closeTimeout: '10s',
  lease: '10s',
  /** Writes that may wait for room at once; who comes then is refused. */
  maxWaiting: 10_000,
} as const

/** The rows in which the presets differ. */
export const presetDefaults = {
  safe: {
    cookies: 'guard',
    requestDirectives: 'ignore',
    setCookie: 'refuse',
    targets: [],
    heuristicFreshness: false,
    staleOnError: false,
  },
  rfc: {
    cookies: 'ignore',
    requestDirectives: 'honor',
    setCookie: 'store',
    targets: ['CDN-Cache-Control'],
    heuristicFreshness: true,
    staleOnError: true,
  },
} as const
