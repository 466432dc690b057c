/** One layer of Express's router, in versions 4 and 5: what of a path it matches. */

export type WrittenPath = string | RegExp

/** A layer as far as it is of interest here: of version 5 (`matchers`) or of version 4 (`regexp`). */
export interface Layer {
  readonly handle: unknown
  readonly route?: LayeredRoute | undefined
  readonly matchers?: readonly ((path: string) => PathMatch | false)[]
  /** The path as the app wrote it; not in the first minor versions of 5. */
  readonly rawPath?: WrittenPath | readonly WrittenPath[] | undefined
  /** In version 5: mounted on `/`. */
  readonly slash?: boolean
  readonly regexp?: RegExp & { readonly fast_slash?: boolean; readonly fast_star?: boolean }
  readonly keys?: readonly { readonly name: string | number }[]
}

export interface LayeredRoute {
  readonly path: unknown
  readonly stack: readonly Layer[]
}

interface PathMatch {
  readonly path: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface LayerMatch extends PathMatch {
  /** Which one of the layer's paths it was. */
  readonly alternative: number
}

const everything: LayerMatch = { path: '', params: {}, alternative: 0 }

/** What the layer matches at the beginning of `path`, without the trailing slash; undefined for nothing. */
export function matchLayer(layer: Layer, path: string): LayerMatch | undefined {
  try {
    const match =
      layer.matchers === undefined ? matchedByVersion4(layer, path) : matchedByVersion5(layer, path)
    return match?.path.endsWith('/') === true ? { ...match, path: match.path.slice(0, -1) } : match
  } catch {
    // An escape that cannot be decoded.
    return undefined
  }
}

function matchedByVersion5({ slash, matchers = [] }: Layer, path: string): LayerMatch | undefined {
  if (slash === true) return everything
  for (const [alternative, matcher] of matchers.entries()) {
    const match = matcher(path)
    if (match !== false) return { path: match.path, params: match.params, alternative }
  }
  return undefined
}

function matchedByVersion4({ regexp, keys = [] }: Layer, path: string): LayerMatch | undefined {
  if (regexp === undefined) return undefined
  if (regexp.fast_slash === true) return everything
  if (regexp.fast_star === true) return { path, params: { 0: path }, alternative: 0 }
  const match = regexp.exec(path)
  if (match === null) return undefined
  const params: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [index, { name }] of keys.entries()) {
    const value = match[index + 1]
    if (value !== undefined) params[name] = decodeURIComponent(value)
  }
  return { path: match[0], params, alternative: 0 }
}
