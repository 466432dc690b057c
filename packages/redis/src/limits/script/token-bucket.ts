/** `token-bucket` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/** State: when it settles; whole tokens that are taken; the next one's numerator over the window; the instant of both. */
const rule = `
local tokenBucket = { shape = 't' }

function tokenBucket.begin()
  return { 0, 0, 0, now }
end

local function elapsedMs(c)
  return math.max(0, now - c.s[4])
end

local function tokenPart(c)
  return math.min(c.s[3], c.p[4] - 1)
end

local function missingIn(c)
  local limit, window, before = c.p[3], c.p[4], c.s[2]
  if before == 0 then return 0 end
  return math.max(0, before - (divide(elapsedMs(c), limit, tokenPart(c), window)))
end

local function thereAt(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  local beyond = c.p[5] - units - s[2]
  if beyond >= 0 then return now end
  return math.max(now, s[4] - (divide(beyond, window, tokenPart(c), limit)))
end

function tokenBucket.available(c)
  if c.p[3] == 0 then return 0 end
  return math.max(0, c.p[5] - missingIn(c))
end

function tokenBucket.charge(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  local missing = missingIn(c)
  local after = corrected(missing, units)
  local rest = 0
  if missing > 0 and after > 0 then
    local _
    _, rest = divide(elapsedMs(c), limit, tokenPart(c), window)
  end
  s[2] = after
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

-- When an empty bucket would have filled since: until then the latest charge may be corrected.
function tokenBucket.correctableUntil(c)
  local limit, windowMs, burst = c.p[3], c.p[4], c.p[5]
  if limit == 0 then return c.s[4] end
  return c.s[4] - (divide(-burst, windowMs, 0, limit))
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
