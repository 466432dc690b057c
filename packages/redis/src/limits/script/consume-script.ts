/** The script that consumes, for one list of algorithms: written out for it, without a table or a loop over policies. */
import type { AlgorithmName } from '@forebay/core'
import type { ConsumeShape } from '../consume-shape.ts'
import { idInHead } from './quick-layout.ts'
import { quickSource, type QuickPart } from './quick-source.ts'

export interface ConsumeParts {
  /** Lua in front of everything: defines `now`. */
  readonly head: string
  /** Lua that defines `lifeMs(last)`. */
  readonly life: string
  /** Lua that defines `decide(key, plan, position)` for whatever is not quick; needs `out`. */
  readonly general: string
  /** How a plan names an algorithm. */
  readonly numbers: Readonly<Record<AlgorithmName, number>>
  /** Of each policy; undefined where one of them has none. */
  readonly quick: readonly QuickPart[] | undefined
}

/** Words of a policy, and those of a block's rule behind them all. */
const names = ['limit', 'windowMs', 'burst'] as const
const wordsOfRule = 3

/** `burst` is the limit for algorithms that have none. */
export function hasBurst(algorithm: AlgorithmName): boolean {
  return algorithm === 'token-bucket' || algorithm === 'gcra'
}

/**
 * KEYS: of every item its key, then one more for each of its policies that keeps a log. ARGV: the plan of all items, or that
 * of each: what a record of it begins with, the policies, the rule of blocks, the units of each policy. Where there is one
 * plan and all units are 1 they are left out. Functions cost their making on every call: those that decide anything are made
 * when they are needed first.
 */
export function consumeSource(
  { algorithms, hasRule }: ConsumeShape,
  { head, life, general, numbers, quick }: ConsumeParts,
): string {
  const { readings, tables, words } = planSource(algorithms, numbers)
  const rule = hasRule ? `{ ${[1, 2, 3].map((word) => `args[at + ${words + word}] + 0`).join(', ')} }` : '0'
  const plain = words + (hasRule ? wordsOfRule : 0)
  const all = plain + algorithms.length
  const units = algorithms.map((_, index) => `units${index + 1}`)
  const unitsRead = units.map((_, index) => `args[at + ${plain + index + 1}] + 0`)
  const keysOfItem = 1 + algorithms.filter((name) => name === 'sliding-log').length
  const locals = algorithms.flatMap((_, index) => names.map((name) => name + (index + 1)))
  return `${head}
local pack, unpackText, readText, call, floor = struct.pack, struct.unpack, redis.pcall, redis.call, math.floor
local find = string.find
local most = 9007199254740991
local keys, args = KEYS, ARGV
local keyCount, wordCount, at = #keys, #args, 0
local step = wordCount > ${all} and ${all} or 0
local isLone, out, decideAny = keyCount == ${keysOfItem}
if not isLone then out = { pack('<d', now) } end
local head, ${locals.join(', ')}
local isQuick, isSame, ${units.join(', ')} = true, true, ${units.map(() => '1').join(', ')}
for position = 1, keyCount, ${keysOfItem} do
  if position == 1 or step > 0 then
    head = args[at + 1]
    ${readings.join('\n    ')}
    if wordCount > ${plain} then
      ${units.join(', ')} = ${unitsRead.join(', ')}
      isQuick = ${units.map((name) => `${name} > 0`).join(' and ')}
      isSame = ${units.map((name) => `${name} == units1`).join(' and ')}
    end
  end
  local key, isDone = keys[position], false
  ${quick === undefined ? '' : quickSource(quick, life)}
  if not isDone then
    if not decideAny then
      out = out or { pack('<d', now) }
      ${life}
      ${general}
      decideAny = decide
    end
    decideAny(key, { 'consume', ${rule}, ${tables.join(', ')} }, position + 1)
  end
  at = at + step
end
return table.concat(out)
`
}

/** How the words of policies are read, and written as what `decide` takes. */
function planSource(
  algorithms: readonly AlgorithmName[],
  numbers: ConsumeParts['numbers'],
): { readonly readings: readonly string[]; readonly tables: readonly string[]; readonly words: number } {
  let words = 1
  const readings: string[] = []
  const tables: string[] = []
  for (const [index, algorithm] of algorithms.entries()) {
    const n = index + 1
    const own = hasBurst(algorithm) ? names : names.slice(0, 2)
    const read = own.map(() => `args[at + ${++words}] + 0`)
    readings.push(`${own.map((name) => name + n).join(', ')} = ${read.join(', ')}`)
    const burst = hasBurst(algorithm) ? `burst${n}` : `limit${n}`
    tables.push(`{ ${numbers[algorithm]}, ${idInHead(index)}, limit${n}, windowMs${n}, ${burst}, units${n} }`)
  }
  return { readings, tables, words }
}
