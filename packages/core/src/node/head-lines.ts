/** The fields of a `writeHead`, in each of the forms that it takes. */

type Lines = readonly (readonly [name: string, value: string | string[]])[]

/** An object, a flat list of names and values, or a list of pairs; lines of one name together. */
export function linesOfHead(given: unknown): Lines {
  if (typeof given !== 'object' || given === null) return []
  if (!Array.isArray(given)) return Object.entries(given as Record<string, string | string[]>)
  const pairs = Array.isArray(given[0])
    ? (given as [string, string | string[]][])
    : pairsOf(given as string[])
  const lines = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    lines.set(key, [...(lines.get(key) ?? []), ...[value].flat()])
  }
  return [...lines].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values])
}

function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i] ?? '', flat[i + 1] ?? ''])
  return pairs
}
