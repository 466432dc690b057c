/** Hooks a plugin that admits requests into an app. */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RouteOptions,
} from 'fastify'
import { admit, type PlacedGate } from './admit.ts'
import { hasRoutes } from './earlier-routes.ts'
import type { HookName } from './plugin-options.ts'

interface Hooked {
  readonly hook: HookName
  /** The plugin, and its name in a route's `config`. */
  readonly setting: 'rateLimit' | 'concurrencyLimit'
  readonly gateOf: (setting: unknown, route: string | undefined) => PlacedGate | undefined
}

export function admissionHook(app: FastifyInstance, { hook, setting, gateOf }: Hooked): void {
  const standard = gateOf(undefined, undefined)
  const routesAsk = watchSettings(app, setting, gateOf)
  const asked = new WeakSet<FastifyRequest>()
  const handle = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const gate = routesAsk() ? gateOfRoute(request) : standard
    // `reply.callNotFound` runs the hooks before the handler again.
    if (gate === undefined || (hook === 'preHandler' && asked.has(request))) {
      done()
      return
    }
    if (hook === 'preHandler') asked.add(request)
    admit(gate, { request, reply, goOn: done })
  }
  const gateOfRoute = ({ routeOptions: { config, url } }: FastifyRequest): PlacedGate | undefined =>
    gateOf(config[setting], url)
  if (hook === 'preParsing')
    app.addHook(hook, (request, reply, _payload, done) => handle(request, reply, done))
  else app.addHook(hook as 'onRequest', handle)
}

/** Says whether any route has a setting of its own: only then is a request asked for its route, which costs Fastify an object. */
function watchSettings(
  app: FastifyInstance,
  setting: Hooked['setting'],
  gateOf: Hooked['gateOf'],
): () => boolean {
  // Of earlier routes nobody says what they have.
  let doRoutesAsk = hasRoutes(app)
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
    // Made when the route is added: wrong options fail there, not on a request.
    if (route.config?.[setting] !== undefined) gateOf(route.config[setting], route.url)
  })
  app.addHook('onReady', (done) => {
    // Asked last: hooks of other plugins may give routes their settings.
    doRoutesAsk ||= routes.some((route) => route.config?.[setting] !== undefined)
    routes.length = 0
    done()
  })
  return () => doRoutesAsk
}
