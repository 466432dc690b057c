/** The common case in Lua: keys that are not denied and have no block, without a call that it could do without. */
import { layoutOf, numbersOf, type QuickNumbers } from './quick-layout.ts'

/**
 * What a policy's numbers are called ends in `$`, which becomes its place among the policies: `limit$`, `windowMs$`, `burst$`
 * and `units$` of the plan, and those of the state.
 */
export interface QuickSource extends QuickNumbers {
  /**
   * Charges in these numbers, or says `break`, and then nothing has happened. The `told` ones are there once it has said
   * `readTold$`. Where others than the `moving` ones are new it sets `isNew`, and `cold$` to the cold ones, packed; those that
   * were there are in `record` from `coldAt$` on, once it has said `readRecord$`. Without a record all numbers are 0, and `text`
   * is false.
   */
  readonly charge: string
}

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

/**
 * Sets `isDone` where it has consumed; otherwise nothing has happened. Nothing is consumed by numbers that no script wrote:
 * comparisons are put so that they fail for what is no number. The answer is what was read and what has changed of it: what that
 * means is worked out by who asked, of whom there are many, and only one Redis.
 *
 * @param life Lua that defines `lifeMs(last)`.
 */
export function quickSource(sources: readonly QuickSource[], life: string): string {
  const { headBytes, movingAt, toldAt, hotBytes, allBytes } = layoutOf(sources)
  const namesOf = (kind: keyof QuickNumbers): string =>
    sources.flatMap((source, index) => source[kind].map((name) => name + String(index + 1))).join(', ')
  const [still, moving, told] = [namesOf('still'), namesOf('moving'), namesOf('told')]
  const { still: stillCount, moving: movingCount, told: toldCount } = numbersOf(sources)
  const readCount = stillCount + movingCount
  const hasTold = toldCount > 0
  const readTold = hasTold
    ? `if text and not isTold then ${told} = unpackText('<${floats(toldCount)}', text, ${toldAt + 1}) isTold = true end`
    : ''
  const cold = coldSource(sources, { hotBytes, allBytes })
  const charges = sources.map(({ charge }, index) =>
    numbered(
      charge
        .replaceAll('coldAt$', `${cold.from[index]}`)
        .replaceAll('readTold$', readTold)
        .replaceAll('readRecord$', cold.read),
      index,
    ),
  )
  const colds = sources.map((_, index) => `cold${index + 1}`).join(', ')
  return `
  repeat
    if not isQuick then break end
    local text, record = ${hotBytes === allBytes ? `readText('GET', key) or ''` : `readText('GETRANGE', key, '0', '${hotBytes - 1}')`}
    local isNew = text == ''
    local ${still}, ${moving}
    local ${colds}
    ${hasTold ? `local isTold, ${told}` : ''}
    if not isNew then
      if #text ~= ${hotBytes} then break end
      if string.find(text, head, 1, true) ~= 1 then break end
      ${still}, ${moving} = unpackText('<${floats(readCount)}', text, ${headBytes + 1})
    else
      text = false
      ${still}, ${moving} = ${zeros(readCount)}
      ${hasTold ? `${told} = ${zeros(toldCount)}` : ''}
    end
    ${charges.join('\n')}
    local moved = pack('<${floats(movingCount)}', ${moving})
    if isNew then
      ${hotBytes === allBytes ? '' : `if text then ${cold.read} end`}
      ${readTold}
      ${life}
      local last = endsAt1
      ${sources.map((_, index) => numbered('if endsAt$ > last then last = endsAt$ end', index)).join(' ')}
      if last % 1 ~= 0 then break end
      ${cold.kept}
      text = pack('<c${headBytes}${floats(readCount + toldCount)}', head, ${still}, ${moving}${hasTold ? `, ${told}` : ''})
      call('SET', key, text${cold.written}, 'PX', lifeMs(last))
    else
      call('SETRANGE', key, '${movingAt}', moved)
    end
    if isLone then return pack('<d', now) .. text .. moved end
    local count = #out
    out[count + 1], out[count + 2] = text, moved
    isDone = true
  until true
`
}

interface ColdSource {
  /** Where the cold numbers of each policy begin in a record. */
  readonly from: readonly number[]
  /** They are many, and seldom needed: then the record is read once more, as a whole. */
  readonly read: string
  /** Keeps those of policies whose cold numbers are as they were. */
  readonly kept: string
  /** What is written behind the rest. */
  readonly written: string
}

function coldSource(
  sources: readonly QuickSource[],
  { hotBytes, allBytes }: { readonly hotBytes: number; readonly allBytes: number },
): ColdSource {
  const from: number[] = []
  const kept: string[] = []
  let at = hotBytes + 1
  let written = ''
  for (const [index, { cold }] of sources.entries()) {
    from.push(at)
    const to = at + cold.length * floatBytes
    if (cold.length > 0) {
      kept.push(numbered(`cold$ = cold$ or string.sub(record, ${at}, ${to - 1})`, index))
      written += ` .. cold${index + 1}`
    }
    at = to
  }
  const read = `record = record or readText('GET', key) if #record ~= ${allBytes} then break end`
  return { from, read, kept: kept.join(' '), written }
}

function numbered(text: string, index: number): string {
  return text.replaceAll('$', `${index + 1}`)
}
