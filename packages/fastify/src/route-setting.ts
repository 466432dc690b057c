/** What a route's `config` says of a plugin: options of its own, `false`, or nothing. */

export type RouteSetting<Options> = Options | false

/**
 * Makes what a route needs of its setting, once per setting. Nothing for a route that is switched off, or that does not
 * ask where only those are meant that do.
 */
export function perSetting<Made>(rules: {
  /** For routes that say nothing; undefined where only routes are meant that ask. */
  readonly standard: Made | undefined
  readonly make: (own: never, route: string) => Made
}): (setting: unknown, route: string | undefined) => Made | undefined {
  const made = new WeakMap<object, Map<string, Made>>()
  return (setting, route) => {
    if (setting === undefined || route === undefined) return rules.standard
    if (setting === false) return undefined
    // What is no object is refused by the check of the options.
    if (typeof setting !== 'object' || setting === null) return rules.make(setting as never, route)
    const routes = made.get(setting) ?? new Map<string, Made>()
    const known = routes.get(route)
    if (known !== undefined) return known
    const fresh = rules.make(setting as never, route)
    made.set(setting, routes.set(route, fresh))
    return fresh
  }
}
