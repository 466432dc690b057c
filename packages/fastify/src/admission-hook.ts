/** Hooks a plugin that admits requests into an app. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { ForebayError } from '@forebay/core'
import type { admit, PlacedGate } from './admit.ts'

/** The points of a request's life before its handler. */
export type HookName = 'onRequest' | 'preParsing' | 'preValidation' | 'preHandler'

const hookNames: readonly unknown[] = ['onRequest', 'preParsing', 'preValidation', 'preHandler']

interface Hooked {
  readonly hook: HookName
  /** The name in a route's `config`. */
  readonly setting: 'rateLimit' | 'concurrencyLimit'
  readonly gateOf: (setting: unknown, route: string | undefined) => PlacedGate | undefined
  readonly admit: typeof admit
}

export function admissionHook(app: FastifyInstance, { hook, setting, gateOf, admit: ask }: Hooked): void {
  // Made when the route is added: wrong options fail there, not on a request.
  app.addHook('onRoute', ({ config, url }) => void gateOf(config?.[setting], url))
  const asked = new WeakSet<FastifyRequest>()
  const handle = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { config, url } = request.routeOptions
    const gate = gateOf(config[setting], url)
    // `reply.callNotFound` runs the hooks before the handler again.
    if (gate === undefined || (hook === 'preHandler' && asked.has(request))) {
      done()
      return
    }
    if (hook === 'preHandler') asked.add(request)
    ask(gate, { request, reply, goOn: done })
  }
  if (hook === 'preParsing')
    app.addHook(hook, (request, reply, _payload, done) => handle(request, reply, done))
  else app.addHook(hook as 'onRequest', handle)
}

/** @throws ForebayError for `global` and `hook` that are not accepted; the rest is checked by the gate. */
export function checkPluginOptions<T extends { readonly global?: boolean; readonly hook?: HookName }>(
  of: string,
  options: T,
): T {
  const { global, hook } = options
  if (global !== undefined && typeof global !== 'boolean') {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: global: ${JSON.stringify(global)} is not accepted. Accepted: true or false.`,
    )
  }
  if (hook !== undefined && !hookNames.includes(hook)) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: hook: ${JSON.stringify(hook)} is not accepted. Accepted: ${hookNames.join(', ')}.`,
    )
  }
  // Fastify hands these to every plugin; they are no options of ours.
  const {
    prefix: _prefix,
    logLevel: _level,
    logSerializers: _serializers,
    ...own
  } = options as T & Record<string, unknown>
  return own as unknown as T
}
