/** `concurrencyLimit` as Fastify plugin. */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { createConcurrencyGate, type ConcurrencyLimitOptions } from '@forebay/core'
import { asPlugin } from './as-plugin.ts'
import { admissionHook } from './admission-hook.ts'
import type { PlacedGate } from './admit.ts'
import { pluginOptions, type HookName } from './plugin-options.ts'
import { perSetting } from './route-setting.ts'
import { trustsEveryone } from './trust.ts'

/** Options of a route's `config.concurrencyLimit`. */
export type RouteConcurrencyLimitOptions = ConcurrencyLimitOptions<
  [request: FastifyRequest, reply: FastifyReply]
>

export interface ConcurrencyLimitPluginOptions extends RouteConcurrencyLimitOptions {
  /** `false` limits only routes that ask by `config.concurrencyLimit`. Default true. */
  readonly global?: boolean
  /** When in a request's life it takes its permit. Default `'onRequest'`. */
  readonly hook?: HookName
}

const owned = ['max', 'queue', 'timeout', 'backend', 'name'] as const

function setUp(app: FastifyInstance, given: ConcurrencyLimitPluginOptions): void {
  const { global = true, hook = 'onRequest', ...options } = pluginOptions('concurrencyLimit', given)
  const place = { mount: app.prefix || '/', trustsEveryone: trustsEveryone(app) }
  const gateOf = perSetting<PlacedGate>({
    standard: global
      ? { gate: createConcurrencyGate(options), place: { ...place, route: undefined } }
      : undefined,
    make: (own, route) => ({ gate: createConcurrencyGate(over(options, own)), place: { ...place, route } }),
  })
  admissionHook(app, { hook, setting: 'concurrencyLimit', gateOf })
}

/** A limiter that is given replaces what one would be made of, and the other way round. */
function over(
  inherited: RouteConcurrencyLimitOptions,
  own: RouteConcurrencyLimitOptions,
): RouteConcurrencyLimitOptions {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return own
  const merged: Record<string, unknown> = { ...inherited }
  if (own.limiter !== undefined) for (const name of owned) delete merged[name]
  if (owned.some((name) => own[name] !== undefined)) delete merged['limiter']
  return Object.assign(merged, own)
}

/**
 * Bounds how many requests run at once: `await app.register(concurrencyLimit, { max: 100 })`, and per route by
 * `config.concurrencyLimit`, which has permits of its own. Wrong options are a `ForebayError` at registration.
 */
export const concurrencyLimit: FastifyPluginCallback<ConcurrencyLimitPluginOptions> = asPlugin(
  'concurrency-limit',
  setUp,
)
