/** Deciding, in Lua: the mirror of the memory store of `@forebay/core`. */

/**
 * A plan is what is asked: operation, block rule (or a duration), policies. A policy is algorithm, id, limit, window, burst,
 * units, and for a correction the window that was charged. Each answer begins with its kind and an instant.
 */
export const deciding = `
-- What is consumed the quick way is answered with its record, which does not begin as these numbers do: with a byte that is 0.
local admitted, overQuota, blocked, punished = -1, -2, -3, -4

local function nextUnitAt(c, remaining)
  if remaining >= c.p[5] then return now end
  return c.a.fitsAt(c, remaining + 1)
end

-- Allowed or not, remaining, whole again at, one unit more at, wait, charged window.
local function look(c)
  local units = c.p[6]
  c.waitMs = never
  if c.p[3] == 0 then return struct.pack('<dddddd', 0, 0, now, now, never, -1) end
  local remaining = c.a.available(c)
  local isAllowed = units <= remaining
  local wait = isAllowed and 0 or c.a.fitsAt(c, units) - now
  c.waitMs = wait
  return struct.pack('<dddddd', isAllowed and 1 or 0, remaining, c.a.wholeAt(c), nextUnitAt(c, remaining), wait, -1)
end

local function charge(c)
  local units, available = c.p[6], c.left
  if units == 0 or units > available then return look(c) end
  c.a.charge(c, units)
  c.isCharged = true
  local isCounted = not (c.a.isEndless and c.a.isEndless(c))
  local remaining = isCounted and available - units or 0
  return struct.pack('<dddddd', 1, remaining, c.a.wholeAt(c), nextUnitAt(c, remaining), 0, c.a.window(c))
end

local function fits(c)
  if c.p[3] == 0 then return false end
  c.left = c.a.available(c)
  return c.p[6] <= c.left
end

local function answer(kind, instant, counters, ask)
  out[#out + 1] = struct.pack('<dd', kind, instant)
  for i = 1, #counters do out[#out + 1] = ask(counters[i]) end
end

local function punish(found, rule)
  local before, grown = found.b, 0
  if before and now < before[3] then grown = before[2] * rule[2] end
  local lengthMs = math.floor(math.min(rule[3], math.max(rule[1], grown)) + 0.5)
  found.b = { now + lengthMs, lengthMs, now + lengthMs + rule[3] }
  return now + lengthMs
end

-- Nodes deny from memory until then, and have to be told if a correction or an unblock comes before (liftDenial).
local function noteDenial(key, found, counters, deniedUntil, isChanged)
  if deniedUntil < never and deniedUntil > (found.d or 0) then
    found.d = deniedUntil
    isChanged = true
  end
  if isChanged then save(key, found, counters) end
end

local function deny(key, found, plan, counters)
  answer(overQuota, 0, counters, look)
  local head, deniedUntil = #out - #counters, 0
  for i = 1, #counters do deniedUntil = math.max(deniedUntil, now + counters[i].waitMs) end
  local lasting = plan[2] ~= 0 and punish(found, plan[2]) or now
  if lasting > now then
    out[head] = struct.pack('<dd', punished, lasting)
    deniedUntil = lasting
  end
  noteDenial(key, found, counters, deniedUntil, plan[2] ~= 0)
end

local operations = {}

function operations.consume(key, found, plan, counters)
  local block = found.b
  if block and block[1] > now then
    answer(blocked, block[1], counters, look)
    return noteDenial(key, found, counters, block[1], false)
  end
  for i = 1, #counters do
    if not fits(counters[i]) then return deny(key, found, plan, counters) end
  end
  answer(admitted, 0, counters, charge)
  local isChanged = false
  for i = 1, #counters do
    if counters[i].isCharged then
      keep(found, counters[i])
      isChanged = true
    end
  end
  if isChanged then save(key, found, counters) end
end

function operations.peek(key, found, plan, counters)
  local block = found.b
  if block and block[1] > now then return answer(blocked, block[1], counters, look) end
  answer(admitted, 0, counters, look)
end
`
