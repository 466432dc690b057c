/** What the app calls for a data cache. */
import { BackendDataCache } from '../data-cache/backend-data-cache.ts'
import { loadChecks, overridden } from '../data-cache/call-options.ts'
import type { DataCache, Loader } from '../data-cache/data-cache.ts'
import { json } from '../data-cache/json-codec.ts'
import { plainWriterOf } from '../data-cache/kept-form.ts'
import { msgpack } from '../data-cache/msgpack-codec.ts'
import type { DataCacheSettings } from '../data-cache/settings.ts'
import { structured } from '../data-cache/structured-codec.ts'
import { durationMs } from '../kit/duration.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import {
  checkOptions,
  isBoolean,
  isFunction,
  isObjectWith,
  isPositiveDuration,
  isText,
  type OptionCheck,
  type OptionChecks,
} from '../kit/option-check.ts'
import { memoryBackend } from '../memory/memory-backend.ts'
import type { Codec } from '../ports/codec.ts'
import type { CreateCacheOptions } from './data-cache-options.ts'
import { defaultLogger } from '../kit/default-logger.ts'
import { dataCacheDefaults as defaults } from './defaults.ts'

const codecs: Readonly<Record<string, Codec>> = { json, msgpack, structured }

/** As long as the format's field for it. */
const longestId = 255

const isCodec: OptionCheck = {
  accepts: (value) => {
    if (typeof value === 'string') return Object.hasOwn(codecs, value)
    const { id, encode, decode } = (value ?? {}) as Partial<Codec>
    const hasId = typeof id === 'string' && id !== '' && id.length <= longestId
    return hasId && typeof encode === 'function' && typeof decode === 'function'
  },
  accepted: `${Object.keys(codecs).join(', ')}, or an object with id (a text of up to ${longestId} characters), encode and decode`,
}

const isVersion: OptionCheck = {
  accepts: (value) => typeof value === 'string' && value.length <= longestId,
  accepted: `a text of up to ${longestId} characters`,
}

const checks: OptionChecks = {
  ...loadChecks,
  namespace: isText,
  loader: isFunction,
  sliding: isBoolean,
  version: isVersion,
  codec: isCodec,
  freeze: isBoolean,
  timeout: isPositiveDuration,
  backend: isObjectWith('entries', 'locks', 'bus', 'clock', 'close'),
  name: isText,
  logger: isObjectWith('warn', 'error'),
}

/** What is the same for every cache of a process, and another in tests. */
export interface DataCacheSurroundings {
  /** Draws jitter and early refreshes: from 0 inclusive to 1 exclusive. Default `Math.random`. */
  readonly random?: () => number
}

/**
 * A data cache: cache-aside with `getOrLoad`, read-through with a `loader`.
 * @throws ForebayError for options that are unknown, malformed or contradict each other.
 */
export function createCache<T = unknown>(
  options: CreateCacheOptions<T> = {},
  { random = Math.random }: DataCacheSurroundings = {},
): DataCache<T> {
  checkOptions('createCache', options, checks)
  const codec = codecOf(options)
  const namespace = options.namespace ?? defaults.namespace
  const cache = new BackendDataCache({
    name: options.name ?? namespace,
    namespace,
    backend: options.backend ?? memoryBackend(),
    ownsBackend: options.backend === undefined,
    codec,
    logger: options.logger ?? defaultLogger,
    settings: settingsOf(options, random),
  })
  // What goes in is typed, and comes out as it went in.
  return cache as unknown as DataCache<T>
}

function settingsOf<T>(options: CreateCacheOptions<T>, random: () => number): DataCacheSettings {
  return {
    rules: overridden(defaultRules, options, 'createCache'),
    loader: options.loader as Loader | undefined,
    longestNegativeTtlMs: durationMs(defaults.longestNegativeTtl, 'negativeTtl'),
    sliding: options.sliding ?? defaults.sliding,
    version: options.version ?? defaults.version,
    freeze: options.freeze ?? defaults.freeze,
    timeoutMs: durationMs(options.timeout ?? defaults.timeout, 'timeout'),
    random,
  }
}

const defaultRules: DataCacheSettings['rules'] = {
  ttl: durationMs(defaults.ttl, 'ttl'),
  jitter: defaults.jitter,
  tags: [],
  staleWhileRevalidateMs: defaults.staleWhileRevalidate,
  staleIfErrorMs: defaults.staleIfError,
  negativeTtlMs: undefined,
  refreshAhead: defaults.refreshAhead,
  earlyRefresh: defaults.earlyRefresh,
  softTimeoutMs: undefined,
  hardTimeoutMs: undefined,
}

function codecOf<T>({ codec = defaults.codec, freeze = false }: CreateCacheOptions<T>): Codec {
  const chosen = (typeof codec === 'string' ? codecs[codec] : codec) as Codec
  if (!freeze || plainWriterOf(chosen) !== undefined) return chosen
  throw new ForebayError(
    'FOREBAY_CONFLICTING_OPTIONS',
    `createCache: freeze: values of the codec ${chosen.id} cannot be frozen. Accepted: freeze with json, or false.`,
  )
}
