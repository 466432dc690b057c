/** Request fields outside the key that a handler, or something before it, may act upon: the inputs of cache poisoning. */
import type { RequestFields } from '../ports/http.ts'

/**
 * Whether the request must pass the cache by: these rewrite the method or the URL, and no honest request to a cached route
 * carries them. Written out, here and below: every request is asked for all of them, and a name that stands in the code is
 * found missing faster than one from a list.
 */
export function hasRewritingField(fields: RequestFields): boolean {
  return (
    fields['x-http-method-override'] !== undefined ||
    fields['x-http-method'] !== undefined ||
    fields['x-method-override'] !== undefined ||
    fields['x-original-url'] !== undefined ||
    fields['x-rewrite-url'] !== undefined
  )
}

/** Whether the request has content: then the key does not tell all that the handler sees (RFC 9110 §9.3.1). */
export function hasContent(fields: RequestFields): boolean {
  const length = fields['content-length']
  return fields['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/**
 * Names and values that belong to the key, in one order; the empty list, mostly. Proxies send these with every request, and
 * handlers build links of them: whoever forges one poisons a part of the cache that only forgers see.
 */
export function shapingFields(fields: RequestFields): readonly string[] {
  let found = none
  found = withField(found, 'x-forwarded-host', fields['x-forwarded-host'])
  found = withField(found, 'x-forwarded-proto', fields['x-forwarded-proto'])
  found = withField(found, 'x-forwarded-scheme', fields['x-forwarded-scheme'])
  found = withField(found, 'x-forwarded-port', fields['x-forwarded-port'])
  found = withField(found, 'x-forwarded-prefix', fields['x-forwarded-prefix'])
  found = withField(found, 'x-forwarded-server', fields['x-forwarded-server'])
  return withField(found, 'x-host', fields['x-host'])
}

const none: readonly string[] = []

function withField(
  found: readonly string[],
  name: string,
  value: string | string[] | undefined,
): readonly string[] {
  if (value === undefined) return found
  return [...found, name, Array.isArray(value) ? value.join(', ') : value]
}
