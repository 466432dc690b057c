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
   * happened. Where others than the `changed` ones are new it sets `isNew`, and `cold$` to the cold ones, packed; those that
   * were there are in `record` from `coldAt$` on, once it has said `readRecord$`. Without a record all numbers are 0, and `text`
   * is false.
   */
  readonly charge: string
}

/** In front of a record; then of each part, its id and how many numbers of each kind it has. */
const countBytes = 2
const partBytes = 15
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

/** A policy as a record names it. */
export interface NamedPart {
  readonly id: string
  readonly source: QuickSource | undefined
}

/** What a record of these policies and nothing else begins with. */
export function headOf(parts: readonly NamedPart[]): string {
  const named = parts.map(({ id, source }) => {
    const { hot, changed, cold } = source ?? { hot: [], changed: 0, cold: [] }
    return id + String.fromCharCode(hot.length - changed, changed, cold.length)
  })
  return String.fromCharCode(parts.length, 0) + named.join('')
}

/** Lua for the id of a policy, by its place, in the `head` of a plan. */
export function idInHead(place: number): string {
  const from = countBytes + place * partBytes + 1
  return `string.sub(head, ${from}, ${from + 11})`
}

function still({ hot, changed }: QuickSource): readonly string[] {
  return hot.slice(0, hot.length - changed)
}

function moving({ hot, changed }: QuickSource): readonly string[] {
  return hot.slice(hot.length - changed)
}

/**
 * Sets `isDone` where it has consumed; otherwise nothing has happened. Nothing is consumed by numbers that no script wrote:
 * comparisons are put so that they fail for what is no number.
 *
 * @param life Lua that defines `lifeMs(last)`.
 */
export function quickSource(sources: readonly QuickSource[], life: string): string {
  const headBytes = countBytes + sources.length * partBytes
  const stillCount = sources.flatMap(still).length
  const movingCount = sources.flatMap(moving).length
  const movingAt = headBytes + stillCount * floatBytes
  const hotBytes = movingAt + movingCount * floatBytes
  const allBytes = hotBytes + sources.flatMap(({ cold }) => cold).length * floatBytes
  const hot = `<c${headBytes}${floats(stillCount + movingCount)}`
  const stillNumbers = every(sources, (source) => listOf(still(source)))
  const movingNumbers = every(sources, (source) => listOf(moving(source)))
  const numbers = `${stillNumbers}, ${movingNumbers}`
  const answers = every(sources, () => `remaining$, wholeAt$, nextAt$, window$`)
  const answerFormat = floats(4 * sources.length)
  const charges = chargesOf(sources, hotBytes, allBytes)
  return `
  repeat
    local text, record = ${readHot(hotBytes, allBytes)}
    local isNew = text == ''
    local ${numbers}
    local ${every(sources, () => 'cold$, remaining$, wholeAt$, nextAt$, window$')}
    if not isNew then
      if #text ~= ${hotBytes} then break end
      local found
      found, ${numbers} = unpackText('${hot}', text)
      if found ~= head then break end
    else
      text = false
      ${numbers} = ${zeros(stillCount + movingCount)}
    end
    ${charges.join('\n')}
    if isNew then
      ${hotBytes === allBytes ? '' : `if text then ${readRecord(allBytes)} end`}
      ${life}
      local last = endsAt1
      ${every(sources, () => 'if endsAt$ > last then last = endsAt$ end', ' ')}
      if last % 1 ~= 0 then break end
      ${coldsKept(sources, hotBytes)}
      call('SET', key, pack('${hot}', head, ${numbers})${coldsWritten(sources)}, 'PX', lifeMs(last))
    else
      call('SETRANGE', key, '${movingAt}', pack('<${floats(movingCount)}', ${movingNumbers}))
    end
    if isLone then return pack('<d${answerFormat}', now, ${answers}) end
    out[#out + 1] = pack('<${answerFormat}', ${answers})
    isDone = true
  until true
`
}

function chargesOf(sources: readonly QuickSource[], hotBytes: number, allBytes: number): readonly string[] {
  let coldAt = hotBytes + 1
  return sources.map(({ charge, cold }, index) => {
    const from = coldAt
    coldAt += cold.length * floatBytes
    const placed = charge.replaceAll('coldAt$', `${from}`).replaceAll('readRecord$', readRecord(allBytes))
    return numbered(placed, index)
  })
}

/** Cold numbers are many, and seldom needed: they are read by themselves then. */
function readHot(hotBytes: number, allBytes: number): string {
  return hotBytes === allBytes
    ? `readText('GET', key) or ''`
    : `readText('GETRANGE', key, '0', '${hotBytes - 1}')`
}

function readRecord(allBytes: number): string {
  return `record = record or readText('GET', key) if #record ~= ${allBytes} then break end`
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
    return cold.length === 0 ? '' : numbered(`cold$ = cold$ or string.sub(record, ${from}, ${at})`, index)
  })
  return kept.join(' ')
}

function coldsWritten(sources: readonly QuickSource[]): string {
  return sources.map(({ cold }, index) => (cold.length === 0 ? '' : ` .. cold${index + 1}`)).join('')
}
