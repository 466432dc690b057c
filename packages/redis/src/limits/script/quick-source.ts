/** The common case in Lua: keys that are not denied and have no block, without a call that it could do without. */
import { layoutOf, sharedBy } from './quick-layout.ts'
import type { Shape } from './shapes.ts'

/**
 * What a policy's numbers are called ends in `$`, which becomes its place among the policies: `limit$`, `windowMs$`, `burst$`
 * and `units$` of the plan, and those of its shape. Without a record (`isFound` is false) all numbers are 0.
 */
export interface QuickSource {
  /**
   * Charges in the still and moving numbers, or says `break`, and then nothing has happened. Where others than the moving ones
   * become new it sets `isNew`. The told and cold numbers are there once it has said `readAll$`. What counts its charges
   * (`shared` in its shape) adds `since` to `used$` first.
   */
  readonly charge: string
  /** What has to be done besides where the record is written anew. */
  readonly renew: string
}

/** A policy of that shape, charged that way. */
export interface QuickPart {
  readonly shape: Shape
  readonly source: QuickSource
}

/** Numbers by their names in Lua, with the format that packs them. */
interface Numbers {
  readonly list: string
  readonly count: number
  readonly format: string
}

function numbers(names: readonly string[]): Numbers {
  return { list: names.join(', '), count: names.length, format: 'd'.repeat(names.length) }
}

/** Of all policies, one after the other. */
function placed(parts: readonly QuickPart[], kind: 'still' | 'moving' | 'told' | 'cold'): readonly string[] {
  return parts.flatMap(({ shape }, index) => shape[kind].map((name) => `${name}${index + 1}`))
}

function zeros(count: number): string {
  return Array.from({ length: count }, () => '0').join(', ')
}

function numbered(text: string, index: number): string {
  return text.replaceAll('$', `${index + 1}`)
}

/**
 * Sets `isDone` where it has consumed; otherwise nothing has happened. Nothing is consumed by numbers that no script wrote:
 * comparisons are put so that they fail for what is no number. The answer is the record as it was read and what has changed of
 * it: what that means is worked out by who asked, of whom there are many, and there is only one Redis. A key whose end
 * somebody took away is given one by a call about it alone, where asking costs little beside the way there.
 *
 * @param life Lua that defines `lifeMs(last)`.
 */
export function quickSource(parts: readonly QuickPart[], life: string): string {
  const shapes = parts.map(({ shape }) => shape)
  const { changingAt } = layoutOf(shapes)
  const shared = sharedBy(shapes)
  const changing = numbers([...shared, ...placed(parts, 'moving')])
  const packed = `changed = pack('<${changing.format}', ${changing.list})`
  return `
  repeat
    if not isQuick then break end
    local changed
    ${readSource(parts, changing)}
    ${written(parts, ({ source }) => source.charge)}
    if not isNew and isLone and call('PTTL', key) == -1 then isNew = true end
    if isNew then
      ${readAllSource(parts)}
      ${shared.map((name) => `${name} = ${name === 'since' ? '0' : 'now'}`).join(' ')}
      ${written(parts, ({ source }) => source.renew)}
      ${packed}
      ${renewedSource(parts, life)}
    else
      ${shared.map((name) => `${name} = ${name === 'since' ? 'since + units1' : 'now'}`).join(' ')}
      ${packed}
      call('SETRANGE', key, '${changingAt}', changed)
    end
    if isLone then return pack('<d', now) .. text .. changed end
    local count = #out
    out[count + 1], out[count + 2] = text, changed
    isDone = true
  until true
`
}

/** For each policy. */
function written(parts: readonly QuickPart[], source: (part: QuickPart) => string): string {
  const readAll = readAllSource(parts)
  return parts.map((part, index) => numbered(source(part).replaceAll('readAll$', readAll), index)).join('\n')
}

/** Defines `text`, `isNew` and all numbers. What other lists of policies have in the record lies behind, and is left alone. */
function readSource(parts: readonly QuickPart[], changing: Numbers): string {
  const shapes = parts.map(({ shape }) => shape)
  const { headBytes, hotBytes } = layoutOf(shapes)
  const shared = sharedBy(shapes)
  const still = numbers(placed(parts, 'still'))
  const seldom = numbers([...placed(parts, 'told'), ...placed(parts, 'cold')])
  const hot = `${still.list}, ${changing.list}`
  return `local text = readText('GETRANGE', key, '0', '${hotBytes - 1}')
    local isFound = text ~= ''
    local isNew = not isFound${shared.includes('since') ? ' or not isSame' : ''}
    local ${hot}
    ${seldom.count === 0 ? '' : `local isAll, ${seldom.list}`}
    if isFound then
      if #text ~= ${hotBytes} or find(text, head, 1, true) ~= 1 then break end
      ${hot} = unpackText('<${still.format}${changing.format}', text, ${headBytes + 1})
      ${shared.includes('latest') ? 'if not (latest <= now) then break end' : ''}
    else
      ${hot} = ${zeros(still.count + changing.count)}
      ${seldom.count === 0 ? '' : `${seldom.list} = ${zeros(seldom.count)}`}
    end`
}

/** What is seldom needed is read when it is needed first. */
function readAllSource(parts: readonly QuickPart[]): string {
  const { toldAt, allBytes } = layoutOf(parts.map(({ shape }) => shape))
  const seldom = numbers([...placed(parts, 'told'), ...placed(parts, 'cold')])
  if (seldom.count === 0) return ''
  return `if isFound and not isAll then
        local rest = readText('GETRANGE', key, '${toldAt}', '${allBytes - 1}')
        if #rest ~= ${allBytes - toldAt} then break end
        ${seldom.list} = unpackText('<${seldom.format}', rest)
        isAll = true
      end`
}

/** Writes the record: its head, what is still, what was packed just now, and the rest. */
function renewedSource(parts: readonly QuickPart[], life: string): string {
  const packed = ({ list, count, format }: Numbers): string =>
    count === 0 ? '' : ` .. pack('<${format}', ${list})`
  const [still, told, cold] = [placed(parts, 'still'), placed(parts, 'told'), placed(parts, 'cold')].map(
    (names) => packed(numbers(names)),
  )
  return `${life}
      local last = endsAt1
      ${written(parts, () => 'if endsAt$ > last then last = endsAt$ end')}
      if last % 1 ~= 0 then break end
      text = head${still} .. changed${told}
      local ms = lifeMs(last)
      if isFound then
        call('SETRANGE', key, '0', text${cold})
        if call('PTTL', key) < ms then call('PEXPIRE', key, ms) end
      else
        call('SET', key, text${cold}, 'PX', ms)
      end`
}
