/** `fixed-window` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/** State: the end of the current window; the units used in it; when it settles. */
const rule = `
local fixedWindow = { shape = 'f' }

function fixedWindow.begin()
  return { 0, 0, 0 }
end

function fixedWindow.available(c)
  local s, limit = c.s, c.p[3]
  if s[1] <= now then return limit end
  return math.max(0, limit - s[2])
end

function fixedWindow.charge(c, units)
  local s = c.s
  if s[1] <= now then
    s[1] = now + c.p[4]
    s[2] = 0
  end
  s[2] = s[2] + units
end

function fixedWindow.wholeAt(c)
  local s = c.s
  if s[2] == 0 then return now end
  return math.max(now, s[1])
end

function fixedWindow.fitsAt(c, units)
  if units > c.p[3] then return never end
  if units <= fixedWindow.available(c) then return now end
  return c.s[1]
end

function fixedWindow.window(c)
  return c.s[1]
end
`

const correction = `
function fixedWindow.adjust(c, units, window)
  local s = c.s
  if s[1] <= now or (window and window ~= s[1]) then return end
  s[2] = corrected(s[2], units)
end
`

export const fixedWindow: AlgorithmSource = { rule, correction }
