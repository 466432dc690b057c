/** `gcra` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/**
 * State: when it settles; the limit and the window by which it is told; the theoretical arrival time in whole ms; its
 * fraction as a numerator over the limit.
 */
const rule = `
local gcra = { shape = 'g' }

function gcra.begin()
  return { 0, 0, 0, 0, 0 }
end

-- Arrival time and fraction as the policy tells them: what was used stays used.
local function toldArrival(c)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if (s[2] == limit and s[3] == window) or s[2] == 0 or limit == 0 or s[4] == most then return s[4], s[5] end
  local units, rest = 0, 0
  if s[4] >= now then units, rest = divide(s[4] - now, s[2], s[5], s[3]) end
  local quotient, part = divide(units, window, -(divide(-rest, window, 0, s[3])), limit)
  return math.min(most, now + quotient), part
end

-- A debt that lasts longer than is counted lets nothing pass any more.
function gcra.isEndless(c)
  return c.s[4] == most
end

function gcra.available(c)
  local limit, window, burst = c.p[3], c.p[4], c.p[5]
  local arrival, part = toldArrival(c)
  if limit == 0 or arrival == most then return 0 end
  local ahead = arrival - now
  if ahead < 0 then return burst end
  return math.max(0, burst + (divide(-ahead, limit, -part, window)))
end

function gcra.charge(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if limit == 0 then return end
  local from, before = toldArrival(c)
  if from < now then from, before = now, 0 end
  local quotient, rest = divide(units, window, before, limit)
  local to = from + quotient
  s[2], s[3] = limit, window
  s[4] = math.min(most, math.max(now, to))
  s[5] = to < now and 0 or rest
end

-- Until the next charge, what was used wears off as fast as when it was told.
local function wornOffAt(c)
  return c.s[4] + (c.s[5] > 0 and 1 or 0)
end

function gcra.wholeAt(c)
  return math.max(now, wornOffAt(c))
end

function gcra.fitsAt(c, units)
  local s, limit, window, burst = c.s, c.p[3], c.p[4], c.p[5]
  if units > burst or limit == 0 or s[4] == most then return never end
  if s[2] ~= 0 then limit, window = s[2], s[3] end
  return math.max(now, s[4] - (divide(burst - units, window, -s[5], limit)))
end

gcra.window = wornOffAt
`

const correction = `
function gcra.adjust(c, units, window)
  if not window or window > now then gcra.charge(c, units) end
end
`

export const gcra: AlgorithmSource = { rule, correction }
