/** `responseCache` as Fastify plugin. */
import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from 'fastify'
import { createResponseCacheGate, type ResponseCache, type ResponseCacheOptions } from '@forebay/core'
import { asPlugin } from './as-plugin.ts'
import { CacheVisits } from './cache-visits.ts'
import { warnOfEarlierRoutes } from './earlier-routes.ts'
import { addLast } from './last-hooks.ts'
import { pluginOptions } from './plugin-options.ts'
import { trustsEveryone } from './trust.ts'

/** Options of a route's `config.responseCache`. */
export type RouteResponseCacheOptions = ResponseCacheOptions<[request: FastifyRequest, reply: FastifyReply]>

export interface ResponseCachePluginOptions extends RouteResponseCacheOptions {
  /** `false` caches only routes that ask by `config.responseCache`. Default true. */
  readonly global?: boolean
}

function setUp(app: FastifyInstance, given: ResponseCachePluginOptions): void {
  const { global = true, ...options } = pluginOptions('responseCache', given)
  const standard = createResponseCacheGate(options)
  const visits = new CacheVisits(app)
  const place = { mount: app.prefix || '/', trustsEveryone: trustsEveryone(app) }
  const told = new Set<string>()
  const owned = new Set<ResponseCache>(options.cache === undefined ? [standard.cache] : [])
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) told.add(`${method} ${shapeOf(route.url)}`)
    const setting: unknown = route.config?.responseCache
    if (setting === false || (setting === undefined && !global)) return
    const gate =
      setting === undefined
        ? standard
        : createResponseCacheGate(added(options, setting as RouteResponseCacheOptions, standard.cache))
    // What is given as `cache` is closed by whoever made it.
    if (![standard.cache, (setting as RouteResponseCacheOptions | undefined)?.cache].includes(gate.cache))
      owned.add(gate.cache)
    // The HEAD route that Fastify makes of a GET route inherits its hooks.
    route.preHandler = [route.preHandler ?? []].flat().filter((hook) => !visits.isHook(hook))
    const preparing = [route.preSerialization ?? []].flat().filter((hook) => hook !== visits.onPrepared)
    route.preSerialization = [...preparing, visits.onPrepared]
    // Whoever is not let through by the route's own hooks never meets the cache, and `partition` finds what they put there.
    addLast(route, visits.hookOf(gate, { ...place, route: route.url, routedBy: constraintsOf(route) }))
  })
  app.addHook('onSend', visits.onSend)
  app.addHook('onClose', async () => void (await Promise.all([...owned].map((cache) => cache.close()))))
  decorate(app, standard.cache)
  if (!global) return
  const isKnown = (method: string, path: string): boolean => told.has(`${method} ${shapeOf(path)}`)
  warnOfEarlierRoutes(app, { hookName: visits.name, isKnown, logger: options.logger })
}

/** Routes of one pattern may differ by the version that is asked for, or by whatever an app has thought of. */
function constraintsOf({ constraints = {} }: RouteOptions): string | undefined {
  const others = Object.entries(constraints as Readonly<Record<string, unknown>>)
    .filter(([name]) => name !== 'host')
    .map(([name, value]) => `${name}=${value instanceof RegExp ? String(value) : JSON.stringify(value)}`)
  return others.length === 0 ? undefined : others.toSorted().join('&')
}

/** A pattern without the names of its parameters: Fastify shows those of all routes together. */
function shapeOf(path: string): string {
  return path.replaceAll(/:[^/]*/g, ':')
}

/** The plugin's options under a route's own; one cache, unless the route says where it has another. */
function added(
  inherited: RouteResponseCacheOptions,
  own: RouteResponseCacheOptions,
  cache: ResponseCache,
): RouteResponseCacheOptions {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return own
  const { backend, name, logger, cache: _shared, ...rest } = inherited
  if (own.cache !== undefined) return { ...rest, ...own }
  const origin = Object.entries({ backend, name, logger }).filter(([, value]) => value !== undefined)
  if (own.backend !== undefined || own.name !== undefined || own.logger !== undefined) {
    return { ...rest, ...Object.fromEntries(origin), ...own }
  }
  return { ...rest, ...own, cache }
}

/** The innermost registration is the one that a context sees. */
function decorate(app: FastifyInstance, cache: ResponseCache): void {
  if (app.hasDecorator('responseCache')) app.responseCache = cache
  else app.decorate('responseCache', cache)
}

/**
 * Answers from stored responses, and stores what handlers answer: `await app.register(responseCache, { ttl: '1m' })`. These
 * options are every later route's defaults; a route's `config.responseCache` adds to them, `false` switches it off. A hit
 * runs all hooks but the handler. Wrong options are a `ForebayError` at registration, of the plugin or of the route.
 */
export const responseCache: FastifyPluginCallback<ResponseCachePluginOptions> = asPlugin(
  'response-cache',
  setUp,
)
