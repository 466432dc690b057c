/** Options that plugins have beside those of the middleware in them. */
import { checkPluginOptions, isBoolean, isOneOf, type OptionChecks } from '@forebay/core'

/** The points of a request's life before its handler. */
export type HookName = 'onRequest' | 'preParsing' | 'preValidation' | 'preHandler'

const isGlobal: OptionChecks = { global: isBoolean }

const ownChecks: Readonly<Record<'rateLimit' | 'concurrencyLimit' | 'responseCache', OptionChecks>> = {
  rateLimit: { ...isGlobal, hook: isOneOf('onRequest', 'preParsing', 'preValidation', 'preHandler') },
  concurrencyLimit: { ...isGlobal, hook: isOneOf('onRequest', 'preParsing', 'preValidation', 'preHandler') },
  responseCache: isGlobal,
}

/**
 * The options without those that Fastify hands to every plugin.
 * @throws ForebayError for what is unknown or malformed.
 */
export function pluginOptions<Options extends object>(of: keyof typeof ownChecks, given: Options): Options {
  const {
    prefix: _prefix,
    logLevel: _level,
    logSerializers: _serializers,
    ...options
  } = given as Options & Record<string, unknown>
  checkPluginOptions(of, options, ownChecks[of])
  return options as unknown as Options
}
