/** What a stored response can be invalidated by, as exact strings. */
import type { Exchange } from '../ports/exchange.ts'

export function tagLabel(tag: string): string {
  return `tag ${tag}`
}

/** `route`: method and pattern, `GET /products/:id`. */
export function routeLabel(route: string): string {
  return `route ${route}`
}

/** RFC 9875: a group belongs to one origin. */
export function groupLabel(origin: string, group: string): string {
  return `group ${origin} ${group}`
}

/** A path with its query, on every host. */
export function pathLabel(pathAndQuery: string): string {
  return `path ${pathAndQuery}`
}

/** The same on one host. */
export function urlLabel(host: string, pathAndQuery: string): string {
  return `url ${host.toLowerCase()} ${pathAndQuery}`
}

/** The origin that answers a request (RFC 6454). */
export function originOf({ scheme, host }: Exchange): string {
  return `${scheme}://${host.toLowerCase()}`
}
