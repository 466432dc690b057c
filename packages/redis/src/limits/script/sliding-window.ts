/** `sliding-window` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/**
 * State: when it settles; the first hit of the newest segment; four numbers of the quick way, which are void when the third of
 * them (`holds` in `quick-windows.ts`) is 0; then six segments, newest first: last hit and units.
 */
const rule = `
local slidingWindow = {}

local function segmentMs(c)
  return math.ceil(c.p[4] / 5)
end

local function usedIn(c)
  local s, horizon, used = c.s, now - c.p[4], 0
  for i = 7, 17, 2 do
    if s[i] <= horizon then break end
    used = used + s[i + 1]
  end
  return used
end

function slidingWindow.begin()
  return { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, told = 3, still = 3, moving = 2 }
end

function slidingWindow.available(c)
  return math.max(0, c.p[3] - usedIn(c))
end

local function openSegment(c)
  local s = c.s
  if s[8] > 0 then
    if s[17] + c.p[4] > now then s[16] = corrected(s[16], s[18]) end
    for i = 18, 9, -1 do s[i] = s[i - 2] end
  end
  s[2] = now
  s[7] = now
  s[8] = 0
end

function slidingWindow.charge(c, units)
  local s = c.s
  if s[8] == 0 or now >= s[2] + segmentMs(c) then openSegment(c) end
  if s[7] < now then s[7] = now end
  s[8] = s[8] + units
  s[5] = 0
end

function slidingWindow.wholeAt(c)
  local s = c.s
  for i = 7, 17, 2 do
    if s[i + 1] > 0 then return math.max(now, s[i] + c.p[4]) end
  end
  return now
end

function slidingWindow.fitsAt(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if units > limit then return never end
  local missing = units - (limit - usedIn(c))
  if missing <= 0 then return now end
  for i = 17, 7, -2 do
    local expiresAt = s[i] + window
    if expiresAt > now then
      missing = missing - s[i + 1]
      if missing <= 0 then return expiresAt end
    end
  end
  return never
end

function slidingWindow.window(c)
  return c.s[2]
end
`

const correction = `
local function adjustSegment(c, i, by)
  local s = c.s
  if s[i] + c.p[4] <= now then return 0 end
  local before = s[i + 1]
  s[i + 1] = corrected(before, by)
  return s[i + 1] - before
end

local function adjustNamed(c, by, named)
  local s = c.s
  for i = 7, 17, 2 do
    if s[i] < named then return end
    if i == 17 or s[i + 2] < named then
      local begins = i == 7 and s[2] or named
      if begins == named and s[i] - named < segmentMs(c) then adjustSegment(c, i, by) end
      return
    end
  end
end

function slidingWindow.adjust(c, units, window)
  c.s[5] = 0
  if window then return adjustNamed(c, units, window) end
  local left = units
  for i = 7, 17, 2 do
    if left == 0 then return end
    left = left - adjustSegment(c, i, left)
  end
end
`

export const slidingWindow: AlgorithmSource = { rule, correction }
