/** What an adapter calls for the response cache. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import { memoryBackend } from '../memory/memory-backend.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheOutcome } from '../ports/http.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { ResponseCache } from '../response-cache/response-cache.ts'
import { SharedCache } from '../response-cache/shared-cache.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { responseCacheDefaults as defaults } from './defaults.ts'
import type { ResponseCacheOptions } from './response-cache-options.ts'
import { checkResponseCacheOptions, responseCacheSettings } from './response-cache-settings.ts'

/** One mount of a response cache. */
export interface ResponseCacheGate {
  /** The cache that this mount fills: its own, or the one it was given. */
  readonly cache: ResponseCache
  /**
   * Decides what becomes of one request. Never throws or rejects. Answers at once when nothing it needs is remote and no
   * option function is asynchronous; a miss that another request is being run for waits for that one.
   */
  handle(exchange: Exchange): MaybePromise<CacheOutcome>
}

/** What is the same for every mount of a process, and another in tests. */
export interface ResponseCacheSurroundings {
  /** Draws jitter and early refreshes: from 0 inclusive to 1 exclusive. Default `Math.random`. */
  readonly random?: () => number
}

type AnyOptions = ResponseCacheOptions<never>

/** What the mounts of a cache inherit from it. */
const optionsOf = new WeakMap<ResponseCache, AnyOptions>()

/**
 * A gate for one mount.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createResponseCacheGate<Args extends readonly unknown[]>(
  options: ResponseCacheOptions<Args> = {},
  { random = Math.random }: ResponseCacheSurroundings = {},
): ResponseCacheGate {
  checkResponseCacheOptions(options)
  // From here on option functions are called through the exchange, which knows their parameters.
  const checked = options as AnyOptions
  const cache = checked.cache === undefined ? ownCache(checked, random) : givenCache(checked.cache)
  const mount = cache.mount(responseCacheSettings(inherited(checked, cache), random))
  return { cache, handle: (exchange) => mount.handle(exchange) }
}

/**
 * A cache for several mounts: `responseCache({ cache })`. Its options are those of every mount that says nothing else.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createResponseCache<Args extends readonly unknown[]>(
  options: Omit<ResponseCacheOptions<Args>, 'cache'> = {},
): ResponseCache {
  checkResponseCacheOptions(options)
  if ('cache' in options && options.cache !== undefined) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `createResponseCache: cache: received ${showValue(options.cache)}. Accepted: the options of a new cache.`,
    )
  }
  return ownCache(options, Math.random)
}

function ownCache(options: AnyOptions, random: () => number): SharedCache {
  const cache = new SharedCache({
    name: options.name ?? defaults.name,
    backend: options.backend ?? memoryBackend(),
    ownsBackend: options.backend === undefined,
    logger: options.logger ?? defaultLogger,
    settings: responseCacheSettings(options, random),
  })
  optionsOf.set(cache, options)
  return cache
}

function givenCache(cache: ResponseCache): SharedCache {
  if (cache instanceof SharedCache) return cache
  throw new ForebayError(
    'FOREBAY_INVALID_OPTION',
    'responseCache: cache: received an object that is no cache of this copy of @forebay/core. Accepted: what createResponseCache returns.',
  )
}

/** The mount's own options over those of its cache; what it leaves undefined counts as not given. */
function inherited(options: AnyOptions, cache: ResponseCache): AnyOptions {
  const merged: Record<string, unknown> = { ...optionsOf.get(cache) }
  for (const [name, value] of Object.entries(options)) if (value !== undefined) merged[name] = value
  return merged
}
