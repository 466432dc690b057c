/** Whole numbers in Lua, which knows only floats: the same divisions as `kit/floor-divide.ts` of `@forebay/core`. */

export const numbers = `
local most = 9007199254740991
local never = math.huge

local function corrected(used, units)
  return math.min(most, math.max(0, used + units))
end
`

/** `divide` is exact for safe integers: floor((a × b + plus) / divisor), and what that leaves. Needs `numbers`. */
export const division = `
local function isExact(value)
  return value <= most and value >= -most
end

-- Digit by digit in base 2: no step outgrows what a float holds exactly, because nothing is added that reaches the divisor.
local function divideWide(a, b, divisor)
  local quotient = a * math.floor(b / divisor)
  b = b - math.floor(b / divisor) * divisor
  local low, rest, digit = 0, 0, 4503599627370496
  while digit >= 1 do
    low = low * 2
    if rest >= divisor - rest then
      rest = rest - (divisor - rest)
      low = low + 1
    else
      rest = rest + rest
    end
    if a >= digit then
      a = a - digit
      if rest >= divisor - b then
        rest = rest - (divisor - b)
        low = low + 1
      else
        rest = rest + b
      end
    end
    digit = digit / 2
  end
  return quotient + low, rest
end

local function divide(a, b, plus, divisor)
  local product = a * b
  local dividend = product + plus
  if isExact(product) and isExact(dividend) then
    local quotient = math.floor(dividend / divisor)
    return quotient, dividend - quotient * divisor
  end
  local quotient, rest = divideWide(math.abs(a), b, divisor)
  if a < 0 then
    quotient = -quotient
    if rest > 0 then
      quotient = quotient - 1
      rest = divisor - rest
    end
  end
  local more = math.floor(plus / divisor)
  local part = plus - more * divisor
  quotient = quotient + more
  if rest >= divisor - part then return quotient + 1, rest - (divisor - part) end
  return quotient, rest + part
end
`
