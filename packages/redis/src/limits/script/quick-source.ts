/** The common case in Lua: keys that are not denied and have no block, without a call that it could do without. */

/**
 * What a policy's numbers are called ends in `$`, which becomes its place among the policies: `limit$`, `windowMs$`, `burst$`
 * and `units$` of the plan, and those of the state.
 */
export interface QuickSource {
  /** Numbers of a state that are always read. The first is the instant of its end; those that every charge changes come last. */
  readonly hot: readonly string[]
  /** How many of them, the last ones, every charge changes. */
  readonly changed: number
  /** Numbers that are seldom needed, and lie behind those of all policies. */
  readonly cold: readonly string[]
  /**
   * Charges in these numbers and sets `remaining$`, `wholeAt$`, `nextAt$` and `window$`; or says `break`, and then nothing has
   * happened. Where others than the `changed` ones are new it sets `isNew`, and `cold$` to the cold ones, packed. Without a
   * record all numbers are 0, and `text` is false.
   */
  readonly charge: string
}

/** In front of the first part of a record; in front of each, with its id and how many numbers it has. */
const countBytes = 2
const headerBytes = 14
const floatBytes = 8

/** A state's names as Lua writes them one after the other. */
export function listOf(names: readonly string[]): string {
  return names.map((name) => `${name}$`).join(', ')
}

export function zeros(count: number): string {
  return Array.from({ length: count }, () => '0').join(', ')
}

export function floats(count: number): string {
  return 'd'.repeat(count)
}

/** What a record without other parts begins with at that place: how many parts, the part's id, and how many numbers it has. */
export function headerOf(
  id: string,
  source: QuickSource | undefined,
  { place, count }: { readonly place: number; readonly count: number },
): string {
  const own = id + String.fromCharCode(source?.hot.length ?? 0, source?.cold.length ?? 0)
  return place === 0 ? String.fromCharCode(count, 0) + own : own
}

/** Sets `isDone` where it has consumed; otherwise nothing has happened. @param life Lua that defines `lifeMs(last)`. */
export function quickSource(sources: readonly QuickSource[], life: string): string {
  const headers = sources.map((_, index) => `c${headerBytes + (index === 0 ? countBytes : 0)}`)
  const hotBytes = sources.reduce((sum, { hot }) => sum + headerBytes + hot.length * floatBytes, countBytes)
  const allBytes = sources.reduce((sum, { cold }) => sum + cold.length * floatBytes, hotBytes)
  const whole = sources.map(({ hot }, index) => headers[index] + floats(hot.length)).join('')
  const numbers = every(sources, ({ hot }) => listOf(hot))
  const found = every(sources, ({ hot }) => `found$, ${listOf(hot)}`)
  const written = every(sources, ({ hot }) => `header$, ${listOf(hot)}`)
  const [{ hot: first, changed } = { hot: [], changed: 0 }] = sources
  const changedAt = countBytes + headerBytes + (first.length - changed) * floatBytes
  const changedFormat = floats(changed) + whole.slice(`${headers[0]}${floats(first.length)}`.length)
  const changedWords = written.split(', ').slice(1 + first.length - changed)
  const answers = every(sources, () => `1, remaining$, wholeAt$, nextAt$, 0, window$`)
  const answerFormat = floats(2 + 6 * sources.length)
  let coldAt = hotBytes + 1
  const charges = sources.map(({ charge, cold }, index) => {
    const from = coldAt
    coldAt += cold.length * floatBytes
    return numbered(charge.replaceAll('coldAt$', `${from}`), index)
  })
  return `
  repeat
    local text = readText('GET', key)
    local isNew = not text
    local ${numbers}
    local ${every(sources, () => 'cold$, remaining$, wholeAt$, nextAt$, window$')}
    if text then
      if #text ~= ${allBytes} then break end
      local ${every(sources, () => 'found$')}
      ${found} = unpackText('<${whole}', text)
      if ${every(sources, () => 'found$ ~= header$', ' or ')} then break end
    else
      ${numbers} = ${zeros(numbers.split(', ').length)}
    end
    ${charges.join('\n')}
    if isNew then
      ${life}
      local last = endsAt1
      ${every(sources, () => 'if endsAt$ > last then last = endsAt$ end', ' ')}
      ${coldsKept(sources, hotBytes)}
      call('SET', key, pack('<${whole}', ${written})${coldsWritten(sources)}, 'PX', lifeMs(last))
    else
      call('SETRANGE', key, '${changedAt}', pack('<${changedFormat}', ${changedWords.join(', ')}))
    end
    if isLone then return pack('<d${answerFormat}', now, 0, 0, ${answers}) end
    out[#out + 1] = pack('<${answerFormat}', 0, 0, ${answers})
    isDone = true
  until true
`
}

function every(
  sources: readonly QuickSource[],
  write: (source: QuickSource) => string,
  between: string = ', ',
): string {
  return sources.map((source, index) => numbered(write(source), index)).join(between)
}

function numbered(text: string, index: number): string {
  return text.replaceAll('$', `${index + 1}`)
}

/** Of policies whose cold numbers are as they were. */
function coldsKept(sources: readonly QuickSource[], hotBytes: number): string {
  let at = hotBytes
  const kept = sources.map(({ cold }, index) => {
    const from = at + 1
    at += cold.length * floatBytes
    return cold.length === 0 ? '' : numbered(`cold$ = cold$ or string.sub(text, ${from}, ${at})`, index)
  })
  return kept.join(' ')
}

function coldsWritten(sources: readonly QuickSource[]): string {
  return sources.map(({ cold }, index) => (cold.length === 0 ? '' : ` .. cold${index + 1}`)).join('')
}
