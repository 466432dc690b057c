/** What is kept of one key, in Lua: the states of all its policies, and its block. */

/**
 * One string per key: for each policy its state, `b` for the block (kept out until, length of the latest block by a rule,
 * clean from), `d` for the instant until which nodes may deny from memory. It lives no longer than the longest-lived of
 * these; each begins with the instant of its own end, but for the block, which ends with it. A part is 12 bytes of id, one
 * that says how many numbers it has, and these as floats; what was asked for last comes first, in its order.
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

-- What somebody else wrote there, of whatever type, is as good as nothing: it is written over.
local function load(key)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'string' then return {} end
  local found, at, length = {}, 1, #text
  while at + 20 <= length do
    local count = string.byte(text, at + 12)
    local following = at + 13 + count * 8
    if count == 0 or following > length + 1 then return {} end
    local part = { struct.unpack(formatOf(count), text, at + 13) }
    part[count + 1] = nil
    found[string.sub(text, at, at + 11)] = part
    at = following
  end
  if at ~= length + 1 then return {} end
  local block, denial = found[blockId], found[denialId]
  found[blockId], found[denialId] = nil, nil
  if block and #block == 3 then found.b = block end
  if denial then found.d = denial[1] end
  return found
end

local function save(key, found, counters)
  local pieces, last = {}, 0
  local function add(id, part, ends)
    if ends <= now then return end
    if ends > last then last = ends end
    pieces[#pieces + 1] = id .. string.char(#part) .. struct.pack(formatOf(#part), unpack(part))
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
    redis.call('SET', key, table.concat(pieces), 'PX', lifeMs(last))
  end
end

local function keepLog(c)
  if c.log and c.log.written then
    redis.call('PEXPIRE', c.log.key, lifeMs(math.max(now, c.s[1])))
  end
end

local function counterOf(found, p, logKey)
  local c = { a = algorithms[p[1]], p = p, s = found[p[2]] }
  if logKey then c.log = { key = logKey, from = 0, to = 0 } end
  if c.s and #c.s ~= #c.a.begin(p) then c.s = nil end
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
