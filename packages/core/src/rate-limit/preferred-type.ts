/** Whether a client would rather read text than JSON (RFC 9110 §12.5.1). */

/** Most clients send one and the same `Accept`, and a flood of denied requests above all. */
export function textPreference(): (accept: string | undefined) => boolean {
  let last: string | undefined
  let answer = false
  return (accept) => {
    if (accept !== last) {
      last = accept
      answer = accept !== undefined && prefersText(accept)
    }
    return answer
  }
}

/** True only when text is explicitly or by a wildcard worth more to the client than JSON of either kind. */
export function prefersText(accept: string): boolean {
  const ranges = parseAccept(accept)
  const json = Math.max(
    quality(ranges, 'application', 'application/problem+json'),
    quality(ranges, 'application', 'application/json'),
  )
  return quality(ranges, 'text', 'text/plain') > json
}

/** Weights by media range in lower case, parameters left aside. */
function parseAccept(accept: string): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>()
  for (const member of accept.split(',')) {
    const [range = '', ...parameters] = member.split(';')
    ranges.set(range.trim().toLowerCase(), weight(parameters))
  }
  return ranges
}

function weight(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const text = parameter.trim()
    if (!text.startsWith('q=') && !text.startsWith('Q=')) continue
    const value = Number(text.slice(2))
    return value >= 0 && value <= 1 ? value : 0
  }
  return 1
}

/** The most specific range that matches decides. */
function quality(ranges: ReadonlyMap<string, number>, family: string, type: string): number {
  return ranges.get(type) ?? ranges.get(`${family}/*`) ?? ranges.get('*/*') ?? 0
}
