/** Where a middleware is mounted, as a pattern that no client can vary by letter case, slashes or escapes. */
import type { Request } from 'express'

/** The pattern of the route that is running, its mount path included; undefined outside of routes. */
export function routeOf(req: Request): string | undefined {
  const { route } = req as { readonly route?: { readonly path?: unknown } }
  if (route === undefined) return undefined
  const pattern = Array.isArray(route.path) ? route.path.join(', ') : String(route.path)
  if (!req.baseUrl) return pattern
  const mount = mountOf(req)
  return mount === '/' ? pattern : `${mount}${pattern === '/' ? '' : pattern}`
}

/**
 * The mount path. Express tells only what the client wrote there: parameters are put back in place of their values, and
 * the rest is decoded and in lower case, as Express itself matches it. Two paths that Express tells apart by case
 * (`case sensitive routing`) are one here: counted together, never apart.
 */
export function mountOf({ baseUrl, params }: Request): string {
  // Once every route has passed a request on, there is none.
  if (!baseUrl) return '/'
  const names = namesByValue(params)
  const segments = baseUrl.split('/').filter((segment) => segment !== '')
  const pattern = segments.map((segment) => {
    const text = decoded(segment)
    const name = names.get(text)
    return name === undefined ? text.toLowerCase() : `:${name}`
  })
  return `/${pattern.join('/')}`
}

function namesByValue(params: Request['params']): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(params ?? {})) {
    if (typeof value === 'string') names.set(value, name)
  }
  return names
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
