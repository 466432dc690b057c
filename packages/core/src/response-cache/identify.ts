/** What a request asks for: its primary key, and whether its answer is for everyone. */
import { isPromise } from '../kit/promise.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { MaybePromise } from '../ports/maybe-promise.ts'
import type { CacheRequest } from './cache-request.ts'
import { cookieValue } from './cookie-value.ts'
import { joinedLines } from './field-list.ts'
import { keptTarget, primaryKey } from './primary-key.ts'
import { requestDirectives } from './cache-control.ts'
import type { CacheSettings, KeyParts } from './settings.ts'
import { shapingFields } from './unkeyed-input.ts'
import { askUser, isTextAnswer } from './user-function.ts'

type Text = string | undefined

/** Undefined when the app's key function says that this request has no key. */
export function identify(
  exchange: Exchange,
  settings: CacheSettings,
): MaybePromise<CacheRequest | undefined> {
  if (settings.partition === undefined) return identifyIn(undefined, exchange, settings)
  const partition = askUser({ operation: 'partition', accepts: isTextAnswer }, settings.partition, exchange)
  // An empty name is no user's: what is nobody's must keep to the rules of a shared cache.
  if (!isPromise(partition)) return identifyIn(partition || undefined, exchange, settings)
  return partition.then((late) => identifyIn(late || undefined, exchange, settings))
}

function identifyIn(
  partition: Text,
  exchange: Exchange,
  settings: CacheSettings,
): MaybePromise<CacheRequest | undefined> {
  const { key } = settings
  if (typeof key !== 'function') {
    const target = keptTarget(exchange.target, key.query)
    return requestOf(exchange, settings, { partition, target, extras: extrasOf(exchange, key) })
  }
  const own = askUser({ operation: 'key', accepts: isTextAnswer }, key, exchange)
  if (!isPromise(own)) return withOwnKey(own, partition, exchange, settings)
  return own.then((late) => withOwnKey(late, partition, exchange, settings))
}

/** Kept apart by route: the same text means something else on another one. The host stays part of the key. */
function withOwnKey(
  own: Text,
  partition: Text,
  exchange: Exchange,
  settings: CacheSettings,
): CacheRequest | undefined {
  if (own === undefined) return undefined
  const place = exchange.route === undefined ? `mount ${exchange.mount}` : `route ${exchange.route}`
  return requestOf(exchange, settings, { partition, target: '', extras: [place, own] })
}

interface KeyedBy {
  readonly partition: Text
  readonly target: string
  readonly extras: readonly Text[]
}

function requestOf(exchange: Exchange, settings: CacheSettings, by: KeyedBy): CacheRequest {
  const { method, scheme, host, requestFields: fields, routedBy } = exchange
  const isPartitioned = by.partition !== undefined
  const shaping = shapingFields(fields)
  let extras = shaping.length === 0 ? by.extras : [...by.extras, ...shaping]
  if (routedBy !== undefined) extras = [...extras, 'routed by', routedBy]
  return {
    exchange,
    key: primaryKey({ method, scheme, host, target: by.target, partition: by.partition, extras }),
    isPartitioned,
    isAuthorized: !isPartitioned && fields.authorization !== undefined && !isKeyed(settings, 'authorization'),
    hasGuardedCookie:
      !isPartitioned &&
      fields.cookie !== undefined &&
      settings.cookies === 'guard' &&
      !isKeyed(settings, 'cookie'),
    directives:
      settings.requestDirectives === 'ignore' ||
      (fields['cache-control'] === undefined && fields.pragma === undefined)
        ? undefined
        : requestDirectives(fields['cache-control'], fields.pragma),
  }
}

/** Whether the key tells requests apart by this field. */
export function isKeyed({ key }: CacheSettings, name: string): boolean {
  if (typeof key === 'function') return false
  return key.headers.includes(name) || (name === 'cookie' && key.cookies.length > 0)
}

const noExtras: readonly Text[] = []

/** Named, so that mounts that share a store but read requests differently do not share keys. */
function extrasOf(exchange: Exchange, { query, headers, cookies }: KeyParts): readonly Text[] {
  if (query === true && headers.length === 0 && cookies.length === 0) return noExtras
  const extras: Text[] = [query === true ? undefined : JSON.stringify(query)]
  for (const name of headers) {
    const value = exchange.requestFields[name]
    extras.push(`header ${name}`, value === undefined ? undefined : joinedLines(value))
  }
  const field = cookies.length === 0 ? undefined : exchange.requestFields.cookie
  for (const name of cookies) {
    extras.push(`cookie ${name}`, typeof field === 'string' ? cookieValue(field, name) : undefined)
  }
  return extras
}
