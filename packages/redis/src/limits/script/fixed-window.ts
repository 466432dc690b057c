/** `fixed-window` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/** State: when it settles; the end of the current window; the units used in it. */
const rule = `
local fixedWindow = {}

function fixedWindow.begin()
  return { 0, 0, 0, told = 1, still = 1, moving = 1 }
end

function fixedWindow.available(c)
  local s, limit = c.s, c.p[3]
  if s[2] <= now then return limit end
  return math.max(0, limit - s[3])
end

function fixedWindow.charge(c, units)
  local s = c.s
  if s[2] <= now then
    s[2] = now + c.p[4]
    s[3] = 0
  end
  s[3] = s[3] + units
end

function fixedWindow.wholeAt(c)
  local s = c.s
  if s[3] == 0 then return now end
  return math.max(now, s[2])
end

function fixedWindow.fitsAt(c, units)
  if units > c.p[3] then return never end
  if units <= fixedWindow.available(c) then return now end
  return c.s[2]
end

function fixedWindow.window(c)
  return c.s[2]
end
`

const correction = `
function fixedWindow.adjust(c, units, window)
  local s = c.s
  if s[2] <= now or (window and window ~= s[2]) then return end
  s[3] = corrected(s[3], units)
end
`

export const fixedWindow: AlgorithmSource = { rule, correction }
