/** The options of the response cache, checked and filled in. */
import { durationMs } from '../kit/duration.ts'
import { ForebayError } from '../kit/forebay-error.ts'
import {
  checkOptions,
  isBoolean,
  isDuration,
  isEither,
  isFunction,
  isInteger,
  isListOf,
  isNumber,
  isObjectWith,
  isOneOf,
  isPositiveDuration,
  isText,
  type OptionCheck,
  type OptionChecks,
} from '../kit/option-check.ts'
import { tokenOrString } from '../kit/structured-field.ts'
import type { UserFunction } from '../ports/exchange.ts'
import type { CacheSettings, KeyParts } from '../response-cache/settings.ts'
import { presetDefaults, responseCacheDefaults as defaults } from './defaults.ts'
import type { CacheKeyParts, ResponseCacheOptions } from './response-cache-options.ts'

const isFieldName: OptionCheck = {
  // RFC 9110 §5.1: a token.
  accepts: (value) => typeof value === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value),
  accepted: 'a field name',
}

const isCacheStatusName: OptionCheck = {
  accepts: (value) => value === false || (typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value)),
  accepted: 'a name of up to 64 printable ASCII characters, or false',
}

const keyChecks: OptionChecks = {
  query: isEither(isBoolean, isListOf(isText), isObjectWith('ignore')),
  headers: isListOf(isFieldName),
  cookies: isListOf(isText),
}

export const responseCacheChecks: OptionChecks = {
  ttl: isEither(isDuration, isFunction),
  negativeTtl: isEither(isDuration, isFunction),
  staleWhileRevalidate: isDuration,
  staleIfError: isDuration,
  key: isEither(isObjectWith(), isFunction),
  partition: isFunction,
  cookies: isOneOf('guard', 'ignore'),
  tags: isEither(isListOf(isText), isFunction),
  skip: isFunction,
  store: isFunction,
  maxBodyBytes: isInteger(0),
  preset: isOneOf('safe', 'rfc'),
  requestDirectives: isOneOf('ignore', 'honor'),
  setCookie: isOneOf('refuse', 'store'),
  targets: isListOf(isFieldName),
  coalesce: isBoolean,
  lease: isPositiveDuration,
  earlyRefresh: isNumber(0, 100),
  jitter: isNumber(0, 1),
  cacheStatus: isCacheStatusName,
  timeout: isPositiveDuration,
  backend: isObjectWith('entries', 'locks', 'bus', 'clock', 'close'),
  name: isText,
  logger: isObjectWith('warn', 'error'),
  cache: isObjectWith('invalidateTags', 'stats', 'close'),
}

/** What belongs to a cache rather than to one mount of it. */
const ofTheCache = ['backend', 'name', 'logger'] as const

/**
 * Checks the options as the user gave them.
 * @throws ForebayError for an unknown or malformed option, and for those that a given `cache` settles already.
 */
export function checkResponseCacheOptions<Args extends readonly unknown[]>(
  options: ResponseCacheOptions<Args>,
): void {
  checkOptions('responseCache', options, responseCacheChecks)
  if (typeof options.key === 'object') checkKeyParts(options.key)
  if (options.cache === undefined) return
  const settled = ofTheCache.find((name) => options[name] !== undefined)
  if (settled !== undefined) {
    throw new ForebayError(
      'FOREBAY_CONFLICTING_OPTIONS',
      `responseCache: ${settled}: a mount of a given cache has that cache's ${settled}. Accepted: either ${settled} or cache.`,
    )
  }
}

/** Fills in the defaults of checked options. */
export function responseCacheSettings<Args extends readonly unknown[]>(
  options: ResponseCacheOptions<Args>,
  random: () => number,
): CacheSettings {
  const preset = presetDefaults[options.preset ?? defaults.preset]
  const staleIfError =
    options.staleIfError ?? (preset.staleOnError ? defaults.staleOnError : defaults.staleIfError)
  return {
    ttl: lifetime(options.ttl ?? defaults.ttl, 'ttl'),
    negativeTtl: options.negativeTtl === undefined ? undefined : lifetime(options.negativeTtl, 'negativeTtl'),
    longestNegativeTtlMs: durationMs(defaults.longestNegativeTtl, 'negativeTtl'),
    staleWhileRevalidateMs: durationMs(
      options.staleWhileRevalidate ?? defaults.staleWhileRevalidate,
      'staleWhileRevalidate',
    ),
    staleIfErrorMs: durationMs(staleIfError, 'staleIfError'),
    key: typeof options.key === 'function' ? asUserFunction(options.key) : keyParts(options.key),
    partition: options.partition && asUserFunction(options.partition),
    cookies: options.cookies ?? preset.cookies,
    tags: typeof options.tags === 'function' ? asUserFunction(options.tags) : [...(options.tags ?? [])],
    skip: options.skip && asUserFunction(options.skip),
    store: options.store && asUserFunction(options.store),
    maxBodyBytes: options.maxBodyBytes ?? defaults.maxBodyBytes,
    requestDirectives: options.requestDirectives ?? preset.requestDirectives,
    setCookie: options.setCookie ?? preset.setCookie,
    targets: (options.targets ?? preset.targets).map((name) => name.toLowerCase()),
    heuristicFreshness: preset.heuristicFreshness,
    coalesce: options.coalesce ?? defaults.coalesce,
    leaseMs: durationMs(options.lease ?? defaults.lease, 'lease'),
    earlyRefresh: options.earlyRefresh ?? defaults.earlyRefresh,
    jitter: options.jitter ?? defaults.jitter,
    cacheStatus:
      options.cacheStatus === false ? undefined : tokenOrString(options.cacheStatus ?? defaults.cacheStatus),
    timeoutMs: durationMs(options.timeout ?? defaults.timeout, 'timeout'),
    random,
  }
}

function checkKeyParts(parts: CacheKeyParts): void {
  checkOptions('responseCache: key', parts, keyChecks)
  if (typeof parts.query === 'object' && !Array.isArray(parts.query)) {
    checkOptions('responseCache: key: query', parts.query, { ignore: isListOf(isText) })
  }
}

function keyParts(parts: CacheKeyParts = {}): KeyParts {
  return {
    query: parts.query ?? true,
    headers: (parts.headers ?? []).map((name) => name.toLowerCase()),
    cookies: [...(parts.cookies ?? [])],
  }
}

function lifetime(value: unknown, option: string): number | UserFunction {
  return typeof value === 'function' ? (value as UserFunction) : durationMs(value, option)
}

/** The core does not know the parameters: the adapter that calls the function supplies them. */
function asUserFunction(fn: (...args: never[]) => unknown): UserFunction {
  return fn as UserFunction
}
