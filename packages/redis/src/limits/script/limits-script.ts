/** The scripts that decide: any number of keys, each under any number of policies, each all or nothing. */
import type { AlgorithmName } from '@forebay/core'
import { scriptOf, type Script } from '../../connection/script.ts'
import type { ConsumeShape } from '../consume-shape.ts'
import type { AlgorithmSource } from './algorithm-source.ts'
import { consumeSource } from './consume-script.ts'
import { correcting } from './correcting.ts'
import { deciding } from './deciding.ts'
import { fixedWindow } from './fixed-window.ts'
import { gcra } from './gcra.ts'
import { division, numbers } from './numbers.ts'
import { once } from './once.ts'
import { quickGcra, quickTokenBucket } from './quick-rates.ts'
import type { QuickSource } from './quick-source.ts'
import { shapes } from './shapes.ts'
import { quickFixedWindow, quickSlidingWindow } from './quick-windows.ts'
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

export interface ScriptTime {
  /** Lua that defines `now`. */
  readonly now: string
  /** Lua that defines `lifeMs(last)`: how long a key lives that is needed until then. */
  readonly life: string
}

/**
 * The server's time, in whole ms. Keys live a little longer than what they hold: its clock may step back a little. Redis counts
 * only so far, which is some 30,000 years.
 */
const serverTime: ScriptTime = {
  now: `
local time = redis.call('TIME')
local micros = time[2] + 0
local now = time[1] * 1000 + (micros - micros % 1000) / 1000
`,
  life: `
local function lifeMs(last)
  return math.min(last - now + 1000, 1e15)
end
`,
}

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

interface Sources extends AlgorithmSource {
  readonly table: string
  readonly quick?: QuickSource
}

const sources: Readonly<Record<AlgorithmName, Sources>> = {
  'sliding-window': { ...slidingWindow, table: 'slidingWindow', quick: quickSlidingWindow },
  'fixed-window': { ...fixedWindow, table: 'fixedWindow', quick: quickFixedWindow },
  'sliding-log': { ...slidingLog, table: 'slidingLog' },
  'token-bucket': { ...tokenBucket, table: 'tokenBucket', quick: quickTokenBucket },
  gcra: { ...gcra, table: 'gcra', quick: quickGcra },
}

const names = Object.keys(sources) as AlgorithmName[]

export interface LimitsScriptsOptions {
  /** Another time than the server's is for tests. */
  readonly time?: ScriptTime | undefined
  /** For clients that may send a call again: each call has a ticket, and runs once. */
  readonly isOnce: boolean
}

export class LimitsScripts {
  /** Answers any question. */
  readonly whole: Script
  readonly #time: ScriptTime
  readonly #head: string
  readonly #consuming = new Map<ConsumeShape, Script>()

  constructor({ time = serverTime, isOnce }: LimitsScriptsOptions) {
    this.#time = time
    this.#head = time.now + (isOnce ? once : '')
    const rules = names.flatMap((name) => [sources[name].rule, sources[name].correction])
    const all = [numbers, answers, division, ...rules, tableOf(names)]
    this.whole = scriptOf([this.#head, time.life, ...all, record, deciding, correcting, item, main].join(''))
  }

  /** Only consumes, and only where the plans are of this shape. */
  consuming(shape: ConsumeShape): Script {
    let script = this.#consuming.get(shape)
    if (script === undefined) {
      script = scriptOf(this.#consumingSource(shape))
      this.#consuming.set(shape, script)
    }
    return script
  }

  #consumingSource(shape: ConsumeShape): string {
    const used = names.filter((name) => shape.algorithms.includes(name))
    const divides = used.includes('gcra') || used.includes('token-bucket')
    const rules = used.map((name) => sources[name].rule)
    const general = [numbers, divides ? division : '', ...rules, tableOf(used), record, deciding, item]
    const quick = shape.algorithms.flatMap((name) => {
      const source = sources[name].quick
      return source === undefined ? [] : [{ shape: shapes[name], source }]
    })
    return consumeSource(shape, {
      head: this.#head,
      life: this.#time.life,
      general: general.join(''),
      numbers: algorithmNumbers,
      quick: quick.length === shape.algorithms.length ? quick : undefined,
    })
  }
}

function tableOf(wanted: readonly AlgorithmName[]): string {
  const rows = wanted.map((name) => `[${algorithmNumbers[name]}] = ${sources[name].table}`)
  return `\nlocal algorithms = { ${rows.join(', ')} }\n`
}
