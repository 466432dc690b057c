/** Which counters a request belongs to when options name no group. */
import type { Exchange } from '../ports/exchange.ts'

/**
 * The route, as method and pattern, when the limiter is mounted on one; else the mount path. HEAD counts as GET, or it
 * would double the quota. One reader per mount: it remembers the latest answer.
 */
export function groupReader(): (exchange: Exchange) => string {
  let lastMethod: string | undefined
  let lastRoute: string | undefined
  let group = ''
  return (exchange) => {
    const { route } = exchange
    if (route === undefined) return exchange.mount
    const { method } = exchange
    if (method !== lastMethod || route !== lastRoute) {
      lastMethod = method
      lastRoute = route
      group = `${method === 'HEAD' ? 'GET' : method} ${route}`
    }
    return group
  }
}

/** Requests that are counted by address in place of a missing key: no key that a client sends can be one of them. */
export function keylessGroup(group: string): string {
  return `${group} (by address)`
}
