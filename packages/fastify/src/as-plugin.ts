/** What `register()` expects, made of a function that sets an app up. */
import type { FastifyInstance, FastifyPluginCallback, FastifyPluginOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'

/** A plugin for the context that registers it. What `setUp` throws is the error of the registration. */
export function asPlugin<Options extends FastifyPluginOptions>(
  name: string,
  setUp: (app: FastifyInstance, options: Options) => void,
): FastifyPluginCallback<Options> {
  const plugin: FastifyPluginCallback<Options> = (app, options, done) => {
    try {
      setUp(app, options)
    } catch (error) {
      // Thrown from a callback it would be nobody's, and end the process.
      done(error as Error)
      return
    }
    done()
  }
  return fastifyPlugin(plugin, { fastify: '5.x', name: `@forebay/fastify:${name}` })
}
