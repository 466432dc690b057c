/** `sliding-log` of `@forebay/core` in Lua: its lines are a string of their own, 16 bytes each. */
import type { AlgorithmSource } from './algorithm-source.ts'

/**
 * State: when it settles; the time of the line charged last; how many lines are forgotten and how many there are in all;
 * units of those that are not forgotten; the time of the newest line. A line is its time and its units, as floats.
 */
const rule = `
local slidingLog = { shape = 'l' }

function slidingLog.begin()
  return { 0, 0, 0, 0, 0, 0 }
end

local function lineAt(c, index)
  local log = c.log
  if index < log.from or index >= log.to then
    log.text = redis.call('GETRANGE', log.key, index * 16, index * 16 + 511)
    log.from = index
    log.to = index + math.floor(#log.text / 16)
  end
  local time, units = struct.unpack('<dd', log.text, (index - log.from) * 16 + 1)
  return time, units
end

-- A state whose lines are gone (evicted, written over), or fewer than it tells, says nothing any more.
function slidingLog.isLost(c)
  local s = c.s
  if s[3] == s[4] then return false end
  if s[3] < 0 or s[3] > s[4] then return true end
  local log = c.log
  log.text = redis.pcall('GETRANGE', log.key, s[3] * 16, s[3] * 16 + 511)
  if type(log.text) ~= 'string' then return true end
  log.from = s[3]
  log.to = s[3] + math.floor(#log.text / 16)
  return log.to < s[4] and #log.text < 512
end

local function write(c, index, lines)
  redis.call('SETRANGE', c.log.key, index * 16, lines)
  c.log.to = c.log.from
end

local function usedInLog(c)
  local s, horizon = c.s, now - c.p[4]
  while s[3] < s[4] do
    local time, units = lineAt(c, s[3])
    if time > horizon then break end
    s[5] = s[5] - units
    s[3] = s[3] + 1
  end
  return s[5]
end

function slidingLog.available(c)
  return math.max(0, c.p[3] - usedInLog(c))
end

local function compact(c)
  local s, key = c.s, c.log.key
  redis.call('SET', key, redis.call('GETRANGE', key, s[3] * 16, s[4] * 16 - 1))
  s[3], s[4] = 0, s[4] - s[3]
end

local function insert(c, index, time, units)
  local s, tail = c.s, ''
  if s[3] == s[4] then
    redis.call('DEL', c.log.key)
    s[3], s[4], index = 0, 0, 0
  elseif index < s[4] then
    tail = redis.call('GETRANGE', c.log.key, index * 16, s[4] * 16 - 1)
  end
  write(c, index, struct.pack('<dd', time, units) .. tail)
  if index == s[4] then s[6] = time end
  s[4] = s[4] + 1
  s[5] = s[5] + units
end

function slidingLog.charge(c, units)
  local s = c.s
  if s[3] < s[4] and now <= s[6] then
    local time, before = lineAt(c, s[4] - 1)
    write(c, s[4] - 1, struct.pack('<dd', time, before + units))
    s[5] = s[5] + units
  else
    if s[3] > 32 and s[3] * 2 > s[4] then compact(c) end
    insert(c, s[4], now, units)
  end
  s[2] = s[6]
end

function slidingLog.wholeAt(c)
  local s = c.s
  if s[3] == s[4] then return now end
  return math.max(now, s[6] + c.p[4])
end

local function timeLeaving(c, mostUnits)
  local s = c.s
  local left, latest = s[5], -never
  for index = s[3], s[4] - 1 do
    if left <= mostUnits then return latest end
    local time, units = lineAt(c, index)
    left = left - units
    latest = time
  end
  return latest
end

function slidingLog.fitsAt(c, units)
  local limit, window = c.p[3], c.p[4]
  if units > limit then return never end
  if usedInLog(c) + units <= limit then return now end
  return math.max(now, timeLeaving(c, limit - units) + window)
end

function slidingLog.window(c)
  return c.s[2]
end
`

const correction = `
local function remove(c, index)
  local s = c.s
  if index < s[4] - 1 then
    write(c, index, redis.call('GETRANGE', c.log.key, index * 16 + 16, s[4] * 16 - 1))
  end
  s[4] = s[4] - 1
  if s[3] < s[4] then s[6] = lineAt(c, s[4] - 1) end
end

local function adjustLine(c, index, by)
  local time, before = lineAt(c, index)
  local after = math.max(0, before + by)
  if after > 0 then write(c, index, struct.pack('<dd', time, after)) else remove(c, index) end
  c.s[5] = c.s[5] + (after - before)
  return after - before
end

local function adjustAt(c, by, wanted)
  local low, high = c.s[3], c.s[4]
  while low < high do
    local middle = math.floor((low + high) / 2)
    local time = lineAt(c, middle)
    if time < wanted then low = middle + 1 else high = middle end
  end
  if low < c.s[4] and lineAt(c, low) == wanted then
    adjustLine(c, low, by)
  elseif by > 0 then
    insert(c, low, wanted, by)
  end
end

function slidingLog.adjust(c, units, window)
  if window then
    if window + c.p[4] > now then adjustAt(c, units, window) end
    return
  end
  local left = units
  for index = c.s[4] - 1, c.s[3], -1 do
    if left == 0 then return end
    left = left - adjustLine(c, index, left)
  end
end
`

export const slidingLog: AlgorithmSource = { rule, correction }
