/** `token-bucket` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/** State: when it settles; whole tokens; the next token's numerator over the window; the instant of both. */
const rule = `
local tokenBucket = {}

function tokenBucket.begin(p)
  return { 0, p[5], 0, now }
end

local function elapsedMs(c)
  return math.max(0, now - c.s[4])
end

local function tokenPart(c)
  return math.min(c.s[3], c.p[4] - 1)
end

local function tokensIn(c)
  local limit, window, burst, before = c.p[3], c.p[4], c.p[5], c.s[2]
  if before >= burst then return burst end
  return math.min(burst, before + (divide(elapsedMs(c), limit, tokenPart(c), window)))
end

local function thereAt(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if s[2] >= units then return now end
  return math.max(now, s[4] - (divide(s[2] - units, window, tokenPart(c), limit)))
end

function tokenBucket.available(c)
  if c.p[3] == 0 then return 0 end
  return math.max(0, tokensIn(c))
end

function tokenBucket.charge(c, units)
  local s, limit, window, burst = c.s, c.p[3], c.p[4], c.p[5]
  local there = tokensIn(c)
  local left = math.max(-most, math.min(burst, there - units))
  local rest = 0
  if there ~= burst and left ~= burst then
    local _
    _, rest = divide(elapsedMs(c), limit, tokenPart(c), window)
  end
  s[2] = left
  s[3] = rest
  s[4] = math.max(s[4], now)
end

function tokenBucket.wholeAt(c)
  if c.p[3] == 0 then return now end
  return thereAt(c, c.p[5])
end

function tokenBucket.fitsAt(c, units)
  if units > c.p[5] or c.p[3] == 0 then return never end
  return thereAt(c, units)
end

function tokenBucket.window(c)
  return c.s[4]
end
`

const correction = `
function tokenBucket.adjust(c, units, window)
  local limit, windowMs, burst = c.p[3], c.p[4], c.p[5]
  local fillMs = 0
  if limit > 0 then fillMs = -(divide(-burst, windowMs, 0, limit)) end
  if not window or window + fillMs > now then tokenBucket.charge(c, units) end
end
`

export const tokenBucket: AlgorithmSource = { rule, correction }
