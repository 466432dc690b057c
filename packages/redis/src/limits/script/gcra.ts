/** `gcra` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/** State: when it settles; the theoretical arrival time in whole ms; its fraction as a numerator over the limit. */
const rule = `
local gcra = {}

function gcra.begin()
  return { 0, 0, 0 }
end

local function arrivalPart(c)
  local limit = c.p[3]
  if c.s[3] < limit then return c.s[3] end
  return math.max(0, limit - 1)
end

function gcra.available(c)
  local limit, window, burst = c.p[3], c.p[4], c.p[5]
  if limit == 0 or c.s[2] == most then return 0 end
  local ahead = c.s[2] - now
  if ahead < 0 then return burst end
  return math.max(0, burst + (divide(-ahead, limit, -arrivalPart(c), window)))
end

function gcra.charge(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if limit == 0 then return end
  local from, before = s[2], arrivalPart(c)
  if from < now then from, before = now, 0 end
  local quotient, rest = divide(units, window, before, limit)
  local to = from + quotient
  s[2] = math.min(most, math.max(now, to))
  s[3] = to < now and 0 or rest
end

local function wornOffAt(c)
  return c.s[2] + (c.s[3] > 0 and 1 or 0)
end

function gcra.wholeAt(c)
  return math.max(now, wornOffAt(c))
end

function gcra.fitsAt(c, units)
  local limit, window, burst = c.p[3], c.p[4], c.p[5]
  if units > burst or limit == 0 or c.s[2] == most then return never end
  return math.max(now, c.s[2] - (divide(burst - units, window, -arrivalPart(c), limit)))
end

gcra.window = wornOffAt
`

const correction = `
function gcra.adjust(c, units, window)
  if not window or window > now then gcra.charge(c, units) end
end
`

export const gcra: AlgorithmSource = { rule, correction }
