/** What is kept of one key, in Lua: the states of all its policies, and its block. */

/**
 * One string per key, a MessagePack map: for each policy its state, `b` for the block (kept out until, length of the latest
 * block by a rule, clean from), `d` for the instant until which nodes may deny from memory. It lives no longer than the
 * longest-lived of these; each begins with, or is, the instant of its own end.
 */
export const record = `
local function endOf(name, part)
  if name == 'd' then return part end
  if name == 'b' then return part[3] end
  return part[1]
end

-- What somebody else wrote there, of whatever type, is as good as nothing: it is written over.
local function isOurs(found)
  if type(found) ~= 'table' then return false end
  for name, part in pairs(found) do
    if name ~= 'd' and type(part) ~= 'table' or type(endOf(name, part)) ~= 'number' then return false end
  end
  return true
end

local function load(key)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'string' then return {} end
  local isSound, found = pcall(cmsgpack.unpack, text)
  if isSound and isOurs(found) then return found end
  return {}
end

local function save(key, found)
  local last = 0
  for name, part in pairs(found) do
    local ends = endOf(name, part)
    if ends <= now then
      found[name] = nil
    elseif ends > last then
      last = ends
    end
  end
  if last == 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, cmsgpack.pack(found), 'PX', lifeMs(last))
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
