/** Routes that were added before a plugin: Fastify tells plugins nothing of them, so the plugin tells of it. */
import type { FastifyInstance } from 'fastify'
import { defaultLogger, harmlessLogger, type Logger } from '@forebay/core'
import { printedRoutes } from './printed-routes.ts'

/** Whether there are routes already, in the app or another of its contexts. */
export function hasRoutes(app: FastifyInstance): boolean {
  return app.printRoutes({ commonPrefix: false }).trim() !== '(empty tree)'
}

/** Gives a hook a name to be known by among the hooks that Fastify shows. */
export function named<Hook extends object>(hook: Hook, name: string): Hook {
  return Object.defineProperty(hook, 'name', { value: name })
}

export interface Lookout {
  /** A hook for `onSend`, which all routes of the plugin's context have, whenever they were added. */
  readonly hookName: string
  /** Whether the plugin was told of the route. */
  readonly isKnown: (method: string, path: string) => boolean
  readonly logger: Logger | undefined
}

const mostNamed = 10

/** To be called when the plugin is registered. Warns once, when the app is ready, and names the routes. */
export function warnOfEarlierRoutes(app: FastifyInstance, lookout: Lookout): void {
  if (!hasRoutes(app)) return
  const { hookName, isKnown, logger = defaultLogger } = lookout
  app.addHook('onReady', (done) => {
    const missed = printedRoutes(app, 'onSend')
      .filter(({ method, path, hooks }) => hooks.includes(hookName) && !isKnown(method, path))
      // Fastify's own HEAD routes go with those for GET.
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, path }) => `${method} ${path}`)
    if (missed.length > 0) harmlessLogger(logger).warn(warning(missed))
    done()
  })
}

function warning(missed: readonly string[]): string {
  const more = missed.length > mostNamed ? ` and ${missed.length - mostNamed} more` : ''
  return (
    `forebay: responseCache: routes that were added before the plugin are not cached: ` +
    `${missed.slice(0, mostNamed).join(', ')}${more}. Await the plugin's registration before adding them.`
  )
}
