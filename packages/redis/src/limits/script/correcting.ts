/** What can be asked of a key beside decisions, in Lua: corrections, resets and blocks. */

/** Needs what decides in front of it. */
export const correcting = `
-- Replies until when other nodes may deny from memory what would be admitted now: they have to be told.
local function liftDenial(found)
  local remembered = found.d or 0
  found.d = nil
  out[#out + 1] = struct.pack('<dd', admitted, remembered)
end

function operations.adjust(key, found, plan, counters)
  local isGivenBack = false
  for i = 1, #counters do
    local c = counters[i]
    if c.isKnown then
      c.a.adjust(c, c.p[6], c.p[7])
      keep(found, c)
      if c.p[6] < 0 then isGivenBack = true end
    end
  end
  if isGivenBack then liftDenial(found) else out[#out + 1] = struct.pack('<dd', admitted, 0) end
  save(key, found, counters)
end

function operations.reset(key, found, plan, counters)
  for i = 1, #counters do
    found[counters[i].p[2]] = nil
    if counters[i].log then redis.call('DEL', counters[i].log.key) end
  end
  found.b = nil
  liftDenial(found)
  save(key, found, counters)
end

function operations.block(key, found, plan, counters)
  local before = found.b
  local lasting = now + plan[2][1]
  found.b = { lasting, before and before[2] or 0, math.max(lasting, before and before[3] or 0) }
  out[#out + 1] = struct.pack('<dd', admitted, 0)
  save(key, found, counters)
end

function operations.unblock(key, found, plan, counters)
  local block = found.b
  if block then
    if block[2] > 0 and block[3] > now then block[1] = now else found.b = nil end
  end
  liftDenial(found)
  save(key, found, counters)
end
`
