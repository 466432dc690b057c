/** What is kept of one key, in Lua: the states of all its policies, and its block. Needs `numbers`. */
import { shapesSource } from './shapes.ts'

/**
 * One string per key: for each policy its state, `b` for the block (kept out until, length of the latest block by a rule,
 * clean from), `d` for the instant until which nodes may deny from memory. It lives no longer than the longest-lived of these.
 * What was asked for last is a group by itself, in its order, with the block and the denial; what else there is follows as
 * another. In front of a group two bytes say how many parts it has; then come of each 11 bytes of id and the letter of its shape;
 * then as floats the still numbers of all, the shared ones once, and the moving, the told and the cold numbers of all
 * (`shapes.ts`).
 */
export const record: string = `
${shapesSource}
local blockId, denialId = 'b..........', 'd..........'

local kinds = { 'still', 'moving', 'told', 'cold' }

local formats = {}

local function formatOf(count)
  local format = formats[count]
  if not format then
    format = '<' .. string.rep('d', count)
    formats[count] = format
  end
  return format
end

-- Returns what follows the numbers; nothing when there are not so many, not all of them are whole, or \`at\` is nothing already.
local function addNumbers(part, text, at, count)
  local following = at and at + count * 8
  if count == 0 or not at then return following end
  if following > #text + 1 then return end
  local numbers, size = { struct.unpack(formatOf(count), text, at) }, #part
  for i = 1, count do
    if numbers[i] % 1 ~= 0 then return end
    part[size + i] = numbers[i]
  end
  return following
end

local function addShared(part, shared)
  local shape = shapes[part.shape]
  if shape.shared > 0 then part[shape.still] = corrected(part[shape.still], shared[1]) end
  if shape.shared > 1 then part[shape.ends + 1] = math.max(part[shape.ends + 1], shared[2]) end
end

-- Returns what follows the group.
local function parseGroup(text, at, found)
  local parts, shared, sharedCount = {}, {}, 0
  if at + 1 > #text then return end
  local count = string.byte(text, at) + string.byte(text, at + 1) * 256
  at = at + 2
  for n = 1, count do
    local part = { shape = string.sub(text, at + 11, at + 11) }
    local shape = shapes[part.shape]
    if not shape then return end
    found[string.sub(text, at, at + 10)] = part
    parts[n] = part
    sharedCount = math.max(sharedCount, shape.shared)
    at = at + 12
  end
  for _, kind in ipairs(kinds) do
    if kind == 'moving' then at = addNumbers(shared, text, at, sharedCount) end
    for n = 1, count do
      at = addNumbers(parts[n], text, at, shapes[parts[n].shape][kind])
    end
  end
  if not at then return end
  for n = 1, count do addShared(parts[n], shared) end
  return at
end

local function parse(text)
  local found, at = {}, 1
  repeat at = parseGroup(text, at, found) until not at or at > #text
  if at then return found end
end

-- What somebody else wrote there, of whatever type, is as good as nothing: it is written over.
local function load(key)
  local text = redis.pcall('GET', key)
  local found = type(text) == 'string' and parse(text)
  if not found then return {} end
  local block, denial = found[blockId], found[denialId]
  found[blockId], found[denialId] = nil, nil
  if block and block[3] and block[3] > now then found.b = block end
  if denial then found.d = denial[1] end
  return found
end

local function groupOf(parts)
  if #parts == 0 then return '' end
  local heads, numbers, sharedCount = {}, { still = {}, moving = {}, told = {}, cold = {} }, 0
  for n = 1, #parts do
    local part = parts[n]
    local shape, from = shapes[part.shape], 1
    heads[n] = part.id .. part.shape
    sharedCount = math.max(sharedCount, shape.shared)
    for _, kind in ipairs(kinds) do
      local count, texts = shape[kind], numbers[kind]
      if count > 0 then texts[#texts + 1] = struct.pack(formatOf(count), unpack(part, from, from + count - 1)) end
      from = from + count
    end
  end
  local count = string.char(#parts % 256, math.floor(#parts / 256))
  local hot = table.concat(numbers.still) .. struct.pack(formatOf(sharedCount), 0, 0) .. table.concat(numbers.moving)
  return count .. table.concat(heads) .. hot .. table.concat(numbers.told) .. table.concat(numbers.cold)
end

local function save(key, found, counters)
  local asked, others, last = {}, {}, 0
  local function add(parts, id, part)
    local ends = part[shapes[part.shape].ends]
    if ends <= now then return end
    last = math.max(last, ends)
    part.id = id
    parts[#parts + 1] = part
  end
  for i = 1, #counters do
    local id = counters[i].p[2]
    if found[id] then add(asked, id, found[id]) end
    found[id] = nil
  end
  if found.b then add(asked, blockId, { found.b[1], found.b[2], found.b[3], shape = 'b' }) end
  if found.d then add(asked, denialId, { found.d, shape = 'd' }) end
  found.b, found.d = nil, nil
  for id, part in pairs(found) do add(others, id, part) end
  if last == 0 then return redis.call('DEL', key) end
  redis.call('SET', key, groupOf(asked) .. groupOf(others), 'PX', lifeMs(last))
end

local function keepLog(c)
  if c.log then
    redis.call('PEXPIRE', c.log.key, lifeMs(math.max(now, c.s[1])))
  end
end

local function counterOf(found, p, logKey)
  local a, kept = algorithms[p[1]], found[p[2]]
  local c = { a = a, p = p }
  if logKey then c.log = { key = logKey, from = 0, to = 0 } end
  if kept and kept.shape == a.shape then c.s = a.opened and a.opened(kept) or kept end
  if c.s and a.isLost and a.isLost(c) then c.s = nil end
  c.isKnown = c.s ~= nil
  if not c.s then c.s = a.begin(p) end
  return c
end

local function keep(found, c)
  local kept = c.a.closed and c.a.closed(c.s) or c.s
  local ends = shapes[c.a.shape].ends
  kept[ends] = math.max(kept[ends], c.a.wholeAt(c), c.a.correctableUntil and c.a.correctableUntil(c) or 0)
  kept.shape = c.a.shape
  found[c.p[2]] = kept
  keepLog(c)
end
`
