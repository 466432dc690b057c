/** Where a middleware is mounted, as a pattern that no client can vary by letter case, slashes, escapes or parameters. */
import type { Application, Request } from 'express'
import type { LayeredRoute } from './layer.ts'
import { nearestIn, type Nearest, type Wanted } from './nearest-mounting.ts'
import { regrownTreeOf, treeOf } from './router-tree.ts'

export interface Place {
  readonly mount: string
  /** The pattern of the route, its mount path included; undefined for what is not mounted on one. */
  readonly route: string | undefined
}

const nowhere: Place = { mount: '/', route: undefined }

/** Tells of one middleware where requests meet it. Express itself tells only what the client wrote there. */
export class Placing {
  readonly #middleware: unknown
  #app: Application | undefined
  #baseUrl: string | undefined
  #route: unknown
  #place: Place = nowhere

  constructor(middleware: unknown) {
    this.#middleware = middleware
  }

  of(req: Request): Place {
    const { app, baseUrl } = req
    const route: unknown = req.route
    // The next request mostly comes to the same place.
    if (app !== this.#app || baseUrl !== this.#baseUrl || route !== this.#route) {
      this.#place = placeOf(this.#middleware, req)
      this.#app = app
      this.#baseUrl = baseUrl
      this.#route = route
    }
    return this.#place
  }
}

/** The pattern of the route that is running; undefined outside of routes, and once every route has passed the request on. */
export function runningRouteOf(req: Request): string | undefined {
  const route: unknown = req.route
  return route === undefined || baseUrlOf(req) === undefined ? undefined : placeOf(route, req).route
}

function placeOf(handler: unknown, req: Request): Place {
  const { app } = req
  const prefix = prefixOf(app)
  const baseUrl = below(prefix, baseUrlOf(req) ?? '')
  const wanted = { handler, baseUrl, route: req.route as LayeredRoute | undefined }
  let nearest: Nearest = nearestIn(treeOf(app), wanted)
  if (nearest.missing > 0) {
    const regrown = regrownTreeOf(app)
    if (regrown !== undefined) nearest = nearestIn(regrown, wanted)
  }
  const mount = prefix + nearest.pattern
  const route = nearest.route ?? routeOf(wanted)
  return { mount: mount || '/', route: route && mount + pathOf(route, mount) }
}

/** Of a router that a function of the app's calls, the tree knows nothing: there the running route tells whose handlers it runs. */
function routeOf({ handler, route }: Wanted): LayeredRoute | undefined {
  return route === handler || route?.stack.some((own) => own.handle === handler) === true ? route : undefined
}

/** Express takes it away when the last of its routes has passed the request on. */
function baseUrlOf({ baseUrl }: { readonly baseUrl?: string }): string | undefined {
  return baseUrl
}

/** An app within an app knows the path that it is mounted on; of several, the first stands for all. */
function prefixOf(app: Application): string {
  const { parent, mountpath } = app as Application & { readonly parent?: Application }
  if (parent === undefined) return ''
  const path = String([mountpath].flat()[0])
  return prefixOf(parent) + (path.endsWith('/') ? path.slice(0, -1) : path)
}

/** What of `baseUrl` lies within an app that is itself mounted on `prefix`. */
function below(prefix: string, baseUrl: string): string {
  const depth = prefix.split('/').length - 1
  return depth === 0 ? baseUrl : ['', ...baseUrl.split('/').slice(depth + 1)].join('/')
}

function pathOf({ path }: LayeredRoute, mount: string): string {
  const pattern = Array.isArray(path) ? path.join(', ') : String(path)
  return mount !== '' && pattern === '/' ? '' : pattern
}
