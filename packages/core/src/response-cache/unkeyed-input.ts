/** Request fields outside the key that a handler, or something before it, may act upon: the inputs of cache poisoning. */
import type { RequestFields } from '../ports/http.ts'

/** They rewrite the method or the URL: no honest request to a cached route carries them. */
const rewriting = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
]

/**
 * Proxies send these with every request, and handlers build links of them. They belong to the key: whoever forges one
 * poisons a part of the cache that only forgers see.
 */
const shaping = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-host',
]

/** Whether the request must pass the cache by. */
export function hasRewritingField(fields: RequestFields): boolean {
  for (const name of rewriting) if (fields[name] !== undefined) return true
  return false
}

/** Whether the request has content: then the key does not tell all that the handler sees (RFC 9110 §9.3.1). */
export function hasContent(fields: RequestFields): boolean {
  const length = fields['content-length']
  return fields['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Names and values that belong to the key, in one order; the empty list, mostly. */
export function shapingFields(fields: RequestFields): readonly string[] {
  let found: string[] | undefined
  for (const name of shaping) {
    const value = fields[name]
    if (value === undefined) continue
    found ??= []
    found.push(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return found ?? none
}

const none: readonly string[] = []
