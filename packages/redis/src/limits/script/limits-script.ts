/** The one script that decides: any number of keys, each under any number of policies, each all or nothing. */
import type { AlgorithmName } from '@forebay/core'
import { scriptOf, type Script } from '../../connection/script.ts'
import { fixedWindow } from './fixed-window.ts'
import { gcra } from './gcra.ts'
import { numbers } from './numbers.ts'
import { operations } from './operations.ts'
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

const algorithms = `
local algorithms = { slidingWindow, fixedWindow, slidingLog, tokenBucket, gcra }
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
    local key = KEYS[position]
    position = position + 1
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
  end
end
return table.concat(out)
`

const answers = `
local out = { struct.pack('<d', now) }
`

/** @param time Lua that defines `now` and `lifeMs(last)`; another one than the server's is for tests. */
export function limitsScript(time: string = serverTime): Script {
  const rules = [slidingWindow, fixedWindow, slidingLog, tokenBucket, gcra, algorithms]
  return scriptOf([time, numbers, ...rules, record, answers, operations, main].join(''))
}
