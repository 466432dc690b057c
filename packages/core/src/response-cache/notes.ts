/** What became of requests and responses, for whoever counts, listens or asks later. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { Exchange } from '../ports/exchange.ts'
import type { CacheCore } from './cache-core.ts'
import type { CacheRequest } from './cache-request.ts'
import type { Reason } from './reasons.ts'
import type { Run } from './run.ts'

/** The route as labels and metrics name it: a pattern, never a URL. To be asked before the handler runs. */
export function routeOf(exchange: Exchange): string {
  return named(exchange, exchange.route ?? exchange.mount)
}

/** The same for a response that begins, also where the cache is mounted on a whole app. */
export function answeringRouteOf(exchange: Exchange): string | undefined {
  const pattern = exchange.answeringRoute
  return pattern === undefined ? undefined : named(exchange, pattern)
}

function named({ method }: Exchange, pattern: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${pattern}`
}

export function noteUse(
  core: CacheCore,
  use: 'hit' | 'miss' | 'stale',
  { key, exchange }: CacheRequest,
  route?: string,
): void {
  const topic = core.uses[use]
  if (topic.isHeard) topic.emit({ name: core.name, key, route: route ?? routeOf(exchange) })
}

/** For `explain`. */
function rememberLast(core: CacheCore, { key, exchange }: CacheRequest, reason: Reason): void {
  const { scheme, host } = exchange
  core.lastResponses.set(key, reason)
  core.latestOrigins.set(`${scheme}://${host}`, { scheme, host })
}

export function noteStored({ mount, request, route }: Run, status: number, entry: CacheEntry): void {
  const { core } = mount
  core.counts.stored++
  rememberLast(core, request, 'stored')
  core.debug('stored', route, 'stored')
  if (!core.events.hears('stored')) return
  core.events.emit('stored', {
    name: core.name,
    key: request.key,
    route,
    status,
    bytes: entry.bytes,
    ttlMs: Math.max(0, entry.staleAt - entry.storedAt),
  })
}

export function noteRefused({ mount, request, route }: Run, status: number, reason: Reason): void {
  const { core } = mount
  core.counts.refused++
  rememberLast(core, request, reason)
  core.debug('refused', route, reason)
  if (reason === 'cookie') {
    core.log.warn(
      `cookie:${route}`,
      `${route}: a response to a request with cookies was not stored. Say Cache-Control: public, set key.cookies or ` +
        "partition, or set cookies: 'ignore' if cookies do not matter there",
    )
  }
  if (core.events.hears('refused')) {
    core.events.emit('refused', { name: core.name, key: request.key, route, status, reason })
  }
}
