/** What a successful request by an unsafe method invalidates (RFC 9111 §4.4, RFC 9875 §3). */
import { isPromise } from '../kit/promise.ts'
import type { Mark } from '../ports/cache-store.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { FieldValue, HeaderFields } from '../ports/http.ts'
import type { CacheCore } from './cache-core.ts'
import { groupLabel, originOf } from './labels.ts'
import { invalidatedGroups } from './response-tags.ts'
import { labelsNamedBy, originForm } from './url-labels.ts'

/** Only a non-error response tells that something changed. */
export function invalidateByResponse(
  core: CacheCore,
  exchange: Exchange,
  response: { readonly status: number; readonly fields: HeaderFields },
): void {
  if (response.status < 200 || response.status >= 400) return
  const origin = originOf(exchange)
  const urls = new Set([`${origin}${originForm(exchange.target)}`])
  for (const name of ['location', 'content-location']) {
    const url = sameOriginUrl(response.fields[name], `${origin}${originForm(exchange.target)}`, origin)
    if (url !== undefined) urls.add(url)
  }
  const labels = [...urls].flatMap((url) => labelsNamedBy(url, core.queryRules.values()))
  for (const group of invalidatedGroups(response.fields)) labels.push(groupLabel(origin, group))
  markAll(core, labels, [...urls])
}

function markAll(core: CacheCore, labels: readonly string[], targets: readonly string[]): void {
  const marks = labels.map((label): Mark => ({ type: 'label', label }))
  try {
    core.purges++
    const marked = core.entries.mark(marks, false)
    // The failure has been told by `entries`; there is nobody here who could do something about it.
    if (isPromise(marked)) marked.catch(() => {})
  } catch {
    return
  }
  if (core.events.hears('invalidated')) {
    core.events.emit('invalidated', {
      name: core.name,
      targets: targets.map((url) => `url ${url}`),
      soft: false,
    })
  }
}

/** Undefined for another origin's URL: nobody may invalidate what is not theirs. */
function sameOriginUrl(value: FieldValue | undefined, base: string, origin: string): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value, base)) return undefined
  const url = new URL(value, base)
  return URL.canParse(origin) && url.origin === new URL(origin).origin
    ? `${origin}${url.pathname}${url.search}`
    : undefined
}
