/** Where in the app a middleware stands: on one route of a router, in a router, or under a mount path. */
import type { Context, Middleware } from 'koa'

export interface Mounting {
  /** The pattern of the one route that the middleware is mounted on, router prefix and mount path included. */
  readonly route: string | undefined
  /** The mount path, router prefix included; never what the client wrote. */
  readonly mount: string
}

/** A layer of @koa/router: one route with its middlewares, or the middlewares of `router.use`, which has no methods. */
interface Layer {
  readonly path: string | RegExp
  readonly methods: readonly string[]
  readonly stack: readonly unknown[]
}

const atRoot: Mounting = { route: undefined, mount: '/' }

/** What @koa/router appends to the prefix of a `router.use` without a path, in its several versions. */
const anyRest: readonly string[] = ['(?:\\/|$)', '{/*rest}', '/(.*)', '(.*)', '([^/]*)', '([^\\/]*)']

/**
 * Where `middleware` is running for this request. Only the layer that holds the middleware itself counts: behind a router
 * whose route called `next`, the context still names that route, and its pattern would be the client's to choose.
 */
export function mountingOf(ctx: Context, middleware: Middleware): Mounting {
  const prefix = mountPathOf(ctx)
  const layer = layerOf(ctx, middleware)
  if (layer === undefined) return prefix === '' ? atRoot : { route: undefined, mount: prefix }
  if (layer.methods.length === 0) return { route: undefined, mount: join(prefix, withoutRest(layer.path)) }
  return { route: join(prefix, String(layer.path)), mount: prefix === '' ? '/' : prefix }
}

/** The route that a router has chosen, whoever asks; of nested apps the innermost. */
export function matchedRouteOf(ctx: Context): string | undefined {
  const route: unknown = ctx['_matchedRoute']
  const mountPath: unknown = ctx['mountPath']
  if (typeof route !== 'string' && !(route instanceof RegExp)) return undefined
  const prefix = typeof mountPath === 'string' ? withoutEndingSlash(mountPath) : ''
  return join(ctx.originalUrl.startsWith(`${prefix}/`) ? prefix : '', String(route))
}

function layerOf(ctx: Context, middleware: Middleware): Layer | undefined {
  const matched: unknown = ctx['matched']
  if (!Array.isArray(matched)) return undefined
  const current: unknown = ctx['routerPath']
  for (const layer of matched as readonly Layer[]) {
    // The same middleware may be mounted on several routes that match: the router names the one that is running.
    if ((current === undefined || layer.path === current) && layer.stack.includes(middleware)) return layer
  }
  return undefined
}

/**
 * The prefix that koa-mount took off, `''` when there is none. Of nested mounts the innermost, as the context names no
 * other, and what the client wrote in their place may have come from a rewrite of the URL.
 */
function mountPathOf(ctx: Context): string {
  const mountPath: unknown = ctx['mountPath']
  // It stays on the context after the mounted app has called `next`; only the URL is put back then.
  if (typeof mountPath !== 'string' || ctx.req.url === ctx.originalUrl) return ''
  return withoutEndingSlash(mountPath)
}

function withoutRest(path: string | RegExp): string {
  const text = String(path)
  const rest = anyRest.find((end) => text.endsWith(end))
  return rest === undefined ? text : text.slice(0, -rest.length)
}

function join(prefix: string, path: string): string {
  if (prefix === '') return path === '' ? '/' : path
  return path === '/' ? prefix : prefix + path
}

function withoutEndingSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
