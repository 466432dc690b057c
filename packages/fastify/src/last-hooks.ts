/** Keeps hooks the last ones before a route's handler, whoever adds some later. */
import type { preHandlerHookHandler, RouteOptions } from 'fastify'

const last = new WeakSet<preHandlerHookHandler>()

/**
 * Adds `hook` behind all hooks that the route has, or is given by the `onRoute` hooks of other plugins, as long as Fastify
 * has not read them. Of several that are kept last, the latest comes last.
 */
export function addLast(route: RouteOptions, hook: preHandlerHookHandler): void {
  last.add(hook)
  let hooks = [...listOf(route.preHandler), hook]
  Object.defineProperty(route, 'preHandler', {
    configurable: true,
    enumerable: true,
    get() {
      // Whoever was given the list may have added to it.
      hooks.splice(
        0,
        Infinity,
        ...hooks.filter((one) => !last.has(one)),
        ...hooks.filter((one) => last.has(one)),
      )
      return hooks
    },
    set(given: RouteOptions['preHandler']) {
      hooks = listOf(given)
      if (!hooks.includes(hook)) hooks.push(hook)
    },
  })
}

function listOf(hooks: RouteOptions['preHandler']): preHandlerHookHandler[] {
  return hooks === undefined ? [] : [hooks].flat()
}
