/** Of all the places where something is mounted, the one where a request has met it. */
import { matchLayer, type Layer, type LayeredRoute } from './layer.ts'
import { patternOf } from './layer-pattern.ts'
import type { Mounting, RouterTree } from './router-tree.ts'

export interface Wanted {
  /** The handler that is running, or its route. */
  readonly handler: unknown
  /** What Express has matched so far, as the client wrote it. */
  readonly baseUrl: string
  readonly route: LayeredRoute | undefined
}

export interface Nearest {
  /** Of the mount path, within the app; `''` for the app itself. */
  readonly pattern: string
  readonly route: LayeredRoute | undefined
  /** How many characters of the path no pattern explains; what is left out of the pattern is counted together. */
  readonly missing: number
}

/** A handler that is nowhere in the tree was called by one that is: then the place is that of the other. */
export function nearestIn({ byHandler, all }: RouterTree, wanted: Wanted): Nearest {
  const { handler, baseUrl, route } = wanted
  const own = byHandler.get(handler) ?? (route === undefined ? undefined : byHandler.get(route))
  let nearest: Nearest = { pattern: '', route: undefined, missing: Infinity }
  for (const mounting of own === undefined ? all : inOrder(own, route)) {
    const { pattern, missing } = wayThrough(mounting.layers, baseUrl)
    if (missing < nearest.missing) {
      nearest = { pattern, missing, route: own === undefined ? undefined : mounting.route }
    }
    if (nearest.missing === 0) break
  }
  return nearest
}

/** The route that is running comes first; other routes are not where this is. */
function inOrder(mountings: readonly Mounting[], running: LayeredRoute | undefined): readonly Mounting[] {
  if (mountings.length < 2) return mountings
  const onRoute = mountings.filter(({ route }) => route !== undefined && route === running)
  return [...onRoute, ...mountings.filter(({ route }) => route === undefined)]
}

interface Way {
  readonly pattern: string
  readonly missing: number
}

/** What the layers explain of `path`, one after the other. */
function wayThrough(layers: readonly Layer[], path: string): Way {
  let pattern = ''
  let rest = path
  for (const layer of layers) {
    const match = matchLayer(layer, rest === '' ? '/' : rest)
    if (match === undefined || !rest.startsWith(match.path)) return { pattern, missing: rest.length + 1 }
    pattern += patternOf(layer, match)
    rest = rest.slice(match.path.length)
  }
  return { pattern, missing: rest.length }
}
