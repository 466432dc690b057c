/** What is kept of one key, in Lua: the states of all its policies, and its block. */

/**
 * One string per key: for each policy its state, `b` for the block (kept out until, length of the latest block by a rule,
 * clean from), `d` for the instant until which nodes may deny from memory. It lives no longer than the longest-lived of
 * these; each begins with the instant of its own end, but for the block, which ends with it. In front two bytes that say how
 * many parts there are; then of each 12 bytes of id, and four that say how many numbers it has that are still, moving, told and
 * cold (`quick-layout.ts`). Then as floats the still numbers of all, and so on in this order; in a state the told ones come
 * first. What was asked for last comes first, in its order.
 */
export const record = `
local blockId, denialId = 'b...........', 'd...........'

local formats = {}

local function formatOf(count)
  local format = formats[count]
  if not format then
    format = '<' .. string.rep('d', count)
    formats[count] = format
  end
  return format
end

-- Returns what follows the numbers; nothing when there are not so many, or not all of them are whole.
local function addNumbers(part, after, text, at, count)
  local following = at + count * 8
  if following > #text + 1 then return end
  local numbers = { struct.unpack(formatOf(count), text, at) }
  for i = 1, count do
    if numbers[i] % 1 ~= 0 then return end
    part[after + i] = numbers[i]
  end
  return following
end

local function numbersBefore(part, kind)
  if kind == 'told' then return 0 end
  if kind == 'still' then return part.told end
  if kind == 'moving' then return part.told + part.still end
  return part.told + part.still + part.moving
end

local function parse(text)
  local found, parts, length = {}, {}, #text
  if length < 2 then return end
  local at = 3
  for n = 1, string.byte(text, 1) + string.byte(text, 2) * 256 do
    if at + 15 > length then return end
    local still, moving, told, cold = string.byte(text, at + 12, at + 15)
    if told + still == 0 then return end
    local part = { still = still, moving = moving, told = told, cold = cold }
    found[string.sub(text, at, at + 11)] = part
    parts[n] = part
    at = at + 16
  end
  for _, kind in ipairs({ 'still', 'moving', 'told', 'cold' }) do
    for n = 1, #parts do
      local part = parts[n]
      if part[kind] > 0 then at = addNumbers(part, numbersBefore(part, kind), text, at, part[kind]) end
      if not at then return end
    end
  end
  if at == length + 1 then return found end
end

-- What somebody else wrote there, of whatever type, is as good as nothing: it is written over.
local function load(key)
  local text = redis.pcall('GET', key)
  local found = type(text) == 'string' and parse(text)
  if not found then return {} end
  local block, denial = found[blockId], found[denialId]
  found[blockId], found[denialId] = nil, nil
  if block and #block == 3 and block[3] > now then found.b = block end
  if denial then found.d = denial[1] end
  return found
end

local function save(key, found, counters)
  local heads, stills, movings, tolds, colds, last = {}, {}, {}, {}, {}, 0
  local function write(texts, part, after, count)
    if count == 0 then return end
    texts[#texts + 1] = struct.pack(formatOf(count), unpack(part, after + 1, after + count))
  end
  local function add(id, part, ends)
    if ends <= now then return end
    if ends > last then last = ends end
    local told, moving = part.told or 0, part.moving or 0
    local still = part.still or #part
    local hot = told + still + moving
    heads[#heads + 1] = id .. string.char(still, moving, told, #part - hot)
    write(tolds, part, 0, told)
    write(stills, part, told, still)
    write(movings, part, told + still, moving)
    write(colds, part, hot, #part - hot)
  end
  for i = 1, #counters do
    local id = counters[i].p[2]
    if found[id] then add(id, found[id], found[id][1]) end
    found[id] = nil
  end
  if found.b then add(blockId, found.b, found.b[3]) end
  if found.d then add(denialId, { found.d }, found.d) end
  found.b, found.d = nil, nil
  for id, part in pairs(found) do add(id, part, part[1]) end
  if last == 0 then
    redis.call('DEL', key)
  else
    local count = string.char(#heads % 256, math.floor(#heads / 256))
    local hot = table.concat(stills) .. table.concat(movings) .. table.concat(tolds)
    redis.call('SET', key, count .. table.concat(heads) .. hot .. table.concat(colds), 'PX', lifeMs(last))
  end
end

local function keepLog(c)
  if c.log then
    redis.call('PEXPIRE', c.log.key, lifeMs(math.max(now, c.s[1])))
  end
end

local function counterOf(found, p, logKey)
  local c = { a = algorithms[p[1]], p = p, s = found[p[2]] }
  if logKey then c.log = { key = logKey, from = 0, to = 0 } end
  if c.s then
    local whole = c.a.begin(p)
    local isWhole = #c.s == #whole and c.s.still == (whole.still or #whole)
    if not isWhole or c.s.moving ~= (whole.moving or 0) or c.s.told ~= (whole.told or 0) then c.s = nil end
  end
  if c.s and c.a.isLost and c.a.isLost(c) then c.s = nil end
  c.isKnown = c.s ~= nil
  if not c.s then c.s = c.a.begin(p) end
  return c
end

local function keep(found, c)
  c.s[1] = math.max(c.s[1], c.a.wholeAt(c))
  found[c.p[2]] = c.s
  keepLog(c)
end
`
