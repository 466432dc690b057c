/** The scripts that decide: any number of keys, each under any number of policies, each all or nothing. */
import type { AlgorithmName } from '@forebay/core'
import { scriptOf, type Script } from '../../connection/script.ts'
import type { AlgorithmSource } from './algorithm-source.ts'
import { correcting } from './correcting.ts'
import { deciding } from './deciding.ts'
import { fixedWindow } from './fixed-window.ts'
import { gcra } from './gcra.ts'
import { division, numbers } from './numbers.ts'
import { once } from './once.ts'
import { quickFixedWindow, quickSlidingWindow, quickSource, type QuickSource } from './quick.ts'
import { record } from './record.ts'
import { slidingLog } from './sliding-log.ts'
import { slidingWindow } from './sliding-window.ts'
import { tokenBucket } from './token-bucket.ts'

/** How a plan names an algorithm. */
export const algorithmNumbers: Readonly<Record<AlgorithmName, number>> = {
  'sliding-window': 1,
  'fixed-window': 2,
  'sliding-log': 3,
  'token-bucket': 4,
  gcra: 5,
}

/** The server's time, in whole ms. Keys live a little longer than what they hold: its clock may step back a little. */
const serverTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function lifeMs(last)
  return last - now + 1000
end
`

/** Decides one item; returns the position of the next key. */
const item = `
local function decide(key, plan, position)
  local found, counters = load(key), {}
  for n = 3, #plan do
    local p = plan[n]
    local logKey
    if p[1] == 3 then
      logKey = KEYS[position]
      position = position + 1
    end
    counters[n - 2] = counterOf(found, p, logKey)
  end
  operations[plan[1]](key, found, plan, counters)
  return position
end
`

/**
 * KEYS: for every item its key, then one more for each of its policies that keeps a log. ARGV: all plans as JSON; then, as
 * often as needed, the number of a plan and of how many items it is the plan.
 */
const main = `
local plans = cjson.decode(ARGV[1])
local position = 1
for i = 2, #ARGV, 2 do
  local plan = plans[tonumber(ARGV[i])]
  for _ = 1, tonumber(ARGV[i + 1]) do
    position = decide(KEYS[position], plan, position + 1)
  end
end
return table.concat(out)
`

const answers = `
local out = { struct.pack('<d', now) }
`

export interface LimitsScripts {
  /** Answers any question. */
  readonly whole: Script
  /** Only consume, and only policies of one algorithm: Redis defines on every call what a script holds, needed or not. */
  readonly consuming: Readonly<Record<AlgorithmName, Script>>
}

const sources: Readonly<
  Record<AlgorithmName, AlgorithmSource & { readonly table: string; readonly quick?: QuickSource }>
> = {
  'sliding-window': { ...slidingWindow, table: 'slidingWindow', quick: quickSlidingWindow },
  'fixed-window': { ...fixedWindow, table: 'fixedWindow', quick: quickFixedWindow },
  'sliding-log': { ...slidingLog, table: 'slidingLog' },
  'token-bucket': { ...tokenBucket, table: 'tokenBucket' },
  gcra: { ...gcra, table: 'gcra' },
}

const names = Object.keys(sources) as AlgorithmName[]

export interface LimitsScriptsOptions {
  /** Lua that defines `now` and `lifeMs(last)`; another one than the server's is for tests. */
  readonly time?: string | undefined
  /** For clients that may send a call again: each call has a ticket, and runs once. */
  readonly isOnce: boolean
}

export function limitsScripts({ time = serverTime, isOnce }: LimitsScriptsOptions): LimitsScripts {
  const head = [time, isOnce ? once : '', numbers, answers]
  const consuming = (name: AlgorithmName): Script => {
    const divides = name === 'gcra' || name === 'token-bucket'
    const general = [divides ? division : '', sources[name].rule, tableOf([name]), record, deciding, item]
    const { quick } = sources[name]
    const decides = quick === undefined ? general : [quickSource(quick), elseBy(general)]
    return scriptOf([...head, ...decides, main].join(''))
  }
  const rules = names.flatMap((name) => [sources[name].rule, sources[name].correction])
  const all = [division, ...rules, tableOf(names)]
  return {
    whole: scriptOf([...head, ...all, record, deciding, correcting, item, main].join('')),
    consuming: {
      'sliding-window': consuming('sliding-window'),
      'fixed-window': consuming('fixed-window'),
      'sliding-log': consuming('sliding-log'),
      'token-bucket': consuming('token-bucket'),
      gcra: consuming('gcra'),
    },
  }
}

/** Functions cost their making on every call: those that decide anything are made when they are needed first. */
function elseBy(general: readonly string[]): string {
  return `
local function makeDecide()
${general.join('')}
  return decide
end

local decideAny

local function decide(key, plan, position)
  if quick(key, plan) then return position end
  decideAny = decideAny or makeDecide()
  return decideAny(key, plan, position)
end
`
}

function tableOf(wanted: readonly AlgorithmName[]): string {
  const rows = wanted.map((name) => `[${algorithmNumbers[name]}] = ${sources[name].table}`)
  return `\nlocal algorithms = { ${rows.join(', ')} }\n`
}
