/** The pattern that a layer is mounted on, which version 5 of Express tells, and version 4 has to be asked for. */
import { matchLayer, type Layer, type LayerMatch } from './layer.ts'

const known = new WeakMap<Layer, Map<number, string>>()

/**
 * The same text for every path that the layer matches in the same way, and for every process of the app: a client varies
 * it by nothing. `''` for `/`.
 */
export function patternOf(layer: Layer, match: LayerMatch): string {
  if (match.path === '' && layer.rawPath === undefined) return ''
  const patterns = known.get(layer) ?? new Map<number, string>()
  const earlier = patterns.get(match.alternative)
  if (earlier !== undefined) return earlier
  const written = writtenIn(layer.rawPath, match.alternative)
  const pattern = written ?? literalOf(layer, match)
  if (pattern !== undefined) return pattern
  // Found by what one path showed, so it is kept: another path may show it less well.
  const found = patternBehind(layer, match)
  known.set(layer, patterns.set(match.alternative, found))
  return found
}

function writtenIn(rawPath: Layer['rawPath'], alternative: number): string | undefined {
  const path = [rawPath].flat()[alternative]
  if (typeof path !== 'string') return path === undefined ? undefined : String(path)
  const text = path === '' || path.startsWith('/') ? path : `/${path}`
  return text.endsWith('/') ? text.slice(0, -1) : text
}

/** Version 4, without parameters: the path itself, unless it is a regular expression of the app's own. */
function literalOf({ regexp, keys = [] }: Layer, { path }: LayerMatch): string | undefined {
  if (regexp === undefined || keys.length > 0) return undefined
  const literal = decoded(path).toLowerCase()
  const source = regexp.source.replaceAll('\\', '').toLowerCase()
  return source.includes(literal) ? literal : String(regexp)
}

/** What is put in the place of a segment, to see whether it comes back as a parameter: a word, and a number. */
const probes: readonly string[] = ['forebay', '4711']

function patternBehind(layer: Layer, match: LayerMatch): string {
  const segments = match.path.split('/')
  const names = segments.map((segment, index) =>
    segment === '' ? undefined : probed(layer, segments, index),
  )
  // A parameter that takes no probe is known by its value, which a segment of the app's own may share.
  const others = Object.fromEntries(Object.entries(match.params).filter(([name]) => !names.includes(name)))
  const pattern: string[] = []
  for (const [index, segment] of segments.entries()) {
    const literal = decoded(segment)
    const name = names[index] ?? (segment === '' ? undefined : nameOf(others, literal))
    const text = name === undefined ? literal.toLowerCase() : `:${name}`
    // A parameter of several segments is one parameter.
    if (name === undefined || pattern.at(-1) !== text) pattern.push(text)
  }
  return pattern.join('/')
}

/** The parameter that takes the segment's place. */
function probed(layer: Layer, segments: readonly string[], index: number): string | undefined {
  for (const probe of probes) {
    const match = matchLayer(layer, segments.with(index, probe).join('/'))
    const name = match === undefined ? undefined : nameOf(match.params, probe)
    if (name !== undefined) return name
  }
  return undefined
}

/** The parameter that has `value`, or a value with it inside: of a segment, or of several. */
function nameOf(params: LayerMatch['params'], value: string): string | undefined {
  for (const [name, given] of Object.entries(params)) {
    if (Array.isArray(given) ? given.includes(value) : String(given).split('/').includes(value)) return name
  }
  return undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
