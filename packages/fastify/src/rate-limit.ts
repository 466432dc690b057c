/** `rateLimit` as Fastify plugin. */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { createRateLimitGate, memoryBackend, type RateLimitOptions } from '@forebay/core'
import { asPlugin } from './as-plugin.ts'
import type { PlacedGate } from './admit.ts'
import { admissionHook } from './admission-hook.ts'
import { pluginOptions, type HookName } from './plugin-options.ts'
import { replacedBy } from './replaced-options.ts'
import { perSetting } from './route-setting.ts'
import { trustsEveryone } from './trust.ts'

/** Options of a route's `config.rateLimit`. */
export type RouteRateLimitOptions = RateLimitOptions<[request: FastifyRequest, reply: FastifyReply]>

export interface RateLimitPluginOptions extends RouteRateLimitOptions {
  /** `false` limits only routes that ask by `config.rateLimit`. Default true. */
  readonly global?: boolean
  /** When in a request's life it is counted. Default `'onRequest'`. */
  readonly hook?: HookName
}

function setUp(app: FastifyInstance, given: RateLimitPluginOptions): void {
  const { global = true, hook = 'onRequest', ...options } = pluginOptions('rateLimit', given)
  const shared = withBackend(app, options)
  const place = { mount: app.prefix || '/', trustsEveryone: trustsEveryone(app) }
  const gateOf = perSetting<PlacedGate>({
    standard: global
      ? { gate: createRateLimitGate(shared), place: { ...place, route: undefined } }
      : undefined,
    make: (own, route) => ({
      gate: createRateLimitGate(replacedBy(shared, own)),
      place: { ...place, route },
    }),
  })
  if (!app.hasRequestDecorator('rateLimit')) app.decorateRequest('rateLimit')
  admissionHook(app, { hook, setting: 'rateLimit', gateOf })
}

/** One backend for all routes, so that one group is one counter whichever routes name it. */
function withBackend(app: FastifyInstance, options: RouteRateLimitOptions): RouteRateLimitOptions {
  if (options.backend !== undefined || options.limiter !== undefined) return options
  const backend = memoryBackend()
  app.addHook('onClose', async () => await backend.close())
  return { ...options, backend }
}

/**
 * Limits the rate of requests: `await app.register(rateLimit, { limit: 100, window: '1m' })`. Requests for which there is
 * no route are counted too. A route's `config.rateLimit` replaces these options, `false` switches them off; the decision
 * stands on `request.rateLimit`. Wrong options are a `ForebayError` at registration, of the plugin or of the route.
 */
export const rateLimit: FastifyPluginCallback<RateLimitPluginOptions> = asPlugin('rate-limit', setUp)
