/** `sliding-window` of `@forebay/core` in Lua. */
import type { AlgorithmSource } from './algorithm-source.ts'

/**
 * State: when it settles; the first hit of the newest segment; then six segments, newest first: last hit and units. In a
 * record it stands among what the quick way remembers (`shapes.ts`); `closed` makes that void, until the next quick charge.
 */
const rule = `
local slidingWindow = { shape = 'w' }

local function segmentMs(c)
  return math.ceil(c.p[4] / 5)
end

local function usedIn(c)
  local s, horizon, used = c.s, now - c.p[4], 0
  for i = 3, 13, 2 do
    if s[i] <= horizon then break end
    used = used + s[i + 1]
  end
  return used
end

function slidingWindow.begin()
  return { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
end

function slidingWindow.opened(kept)
  local s = { kept[7], kept[4], kept[8], kept[3] - kept[6] }
  for i = 9, 18 do s[i - 4] = kept[i] end
  return s
end

function slidingWindow.closed(s)
  local kept = { 0, 0, s[4], s[2], 0, 0, s[1], s[3] }
  for i = 5, 14 do kept[i + 4] = s[i] end
  return kept
end

function slidingWindow.available(c)
  return math.max(0, c.p[3] - usedIn(c))
end

local function openSegment(c)
  local s = c.s
  if s[4] > 0 then
    if s[13] + c.p[4] > now then s[12] = corrected(s[12], s[14]) end
    for i = 14, 5, -1 do s[i] = s[i - 2] end
  end
  s[2] = now
  s[3] = now
  s[4] = 0
end

function slidingWindow.charge(c, units)
  local s = c.s
  if s[4] == 0 or now >= s[2] + segmentMs(c) then openSegment(c) end
  if s[3] < now then s[3] = now end
  s[4] = s[4] + units
end

function slidingWindow.wholeAt(c)
  local s = c.s
  for i = 3, 13, 2 do
    if s[i + 1] > 0 then return math.max(now, s[i] + c.p[4]) end
  end
  return now
end

function slidingWindow.fitsAt(c, units)
  local s, limit, window = c.s, c.p[3], c.p[4]
  if units > limit then return never end
  local missing = units - (limit - usedIn(c))
  if missing <= 0 then return now end
  for i = 13, 3, -2 do
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
  for i = 3, 13, 2 do
    if s[i] < named then return end
    if i == 13 or s[i + 2] < named then
      local begins = i == 3 and s[2] or named
      if begins == named and s[i] - named < segmentMs(c) then adjustSegment(c, i, by) end
      return
    end
  end
end

function slidingWindow.adjust(c, units, window)
  if window then return adjustNamed(c, units, window) end
  local left = units
  for i = 3, 13, 2 do
    if left == 0 then return end
    left = left - adjustSegment(c, i, left)
  end
end
`

export const slidingWindow: AlgorithmSource = { rule, correction }
