/** The script that gives out stamps, marks, and tells which marks there are. */
import { everythingMember, headLayout, headMagic, mostMarks, numbersEnd } from '@forebay/core'
import { scriptOf, type Script } from '../../connection/script.ts'
import { luaText } from './lua-text.ts'
import { longestLifeMs, serverTime } from './server-time.ts'

const at = headLayout

const magicText = luaText(headMagic)

/**
 * KEYS: head, marks. ARGV: the operation; the last number and the last mark that the asking node knows; until when it wants
 * the marks to live; then what the operation is given.
 *
 * Stamps and marks are numbers of one sequence: microseconds of the server's clock, or one more than the last. So a head that
 * was lost never gives out a number again. What was marked is forgotten with it, and everything older than now then counts as
 * invalidated (`floor`).
 */
const head = `
local headKey, marksKey = KEYS[1], KEYS[2]
local knownLast, knownMark = tonumber(ARGV[2]), tonumber(ARGV[3])
local day, longest = 86400000, ${longestLifeMs}

local function isNumber(number)
  return number >= 0 and number < ${numbersEnd} and number == math.floor(number)
end

local function read()
  local text = redis.pcall('GET', headKey)
  if type(text) ~= 'string' or #text ~= ${at.length} then return nil end
  local magic, count, floor, markedAt, last, ends = struct.unpack('<c${headMagic.length}I4dddd', text)
  if magic ~= '${magicText}' then return nil end
  if not (isNumber(floor) and isNumber(markedAt) and isNumber(last)) then return nil end
  if floor > last or markedAt > last or not (ends >= 0 and ends < math.huge) then return nil end
  if redis.pcall('ZCARD', marksKey) ~= count then return nil, last end
  return { count = count, floor = floor, markedAt = markedAt, last = last, ends = ends }
end

local h, latest = read()
local isChanged = false

if not h then
  redis.call('DEL', marksKey)
  local from = math.max(micros, knownLast + 1, knownMark + 1, (latest or 0) + 1)
  h = { count = 0, floor = from, markedAt = from, last = from, ends = 0 }
  isChanged = true
end

-- A server that knows less than a node has lost its latest writes. A mark among them might concern anything.
if knownMark > h.markedAt then
  h.floor, h.markedAt = math.max(h.floor, knownMark), knownMark
  isChanged = true
end
if math.max(knownLast, knownMark) > h.last then
  h.last = math.max(knownLast, knownMark)
  isChanged = true
end

local wanted = math.max(h.ends, math.min(tonumber(ARGV[4]), now + longest))
if wanted < now + day / 2 then wanted = now + day end
local isProlonged = wanted ~= h.ends
h.ends = wanted

local function nextNumber()
  h.last = math.max(h.last + 1, micros)
  isChanged = true
  return h.last
end

local function save()
  if isChanged or isProlonged then
    local packed = struct.pack('<c${headMagic.length}I4dddd', '${magicText}', h.count, h.floor, h.markedAt, h.last, h.ends)
    redis.call('SET', headKey, packed)
    expireAt(headKey, h.ends)
    -- After a mark, because it may be the first of a new set; otherwise the set has this end already.
    if isProlonged or h.markedAt == h.last then expireAt(marksKey, h.ends) end
    return packed
  end
  return redis.call('GET', headKey)
end
`

/**
 * Each replies the server's time (ms) and the head.
 * - `stamp` (how many) gives out so many numbers; the last of them is the last number of the head.
 * - `mark` (members) marks them all with one number, and also replies the number of the mark before.
 * - `learn` (a number) also replies the marks that are newer than that, each with its number.
 */
const operations = `
local operations = {}

function operations.stamp()
  h.last = nextNumber() + tonumber(ARGV[5]) - 1
  return struct.pack('<d', now) .. save()
end

function operations.mark()
  local before, number = h.markedAt, nextNumber()
  h.markedAt = number
  local score = string.format('%.0f', number)
  for i = 5, #ARGV do
    if ARGV[i] == '${everythingMember}' then
      h.floor = number
      redis.call('DEL', marksKey)
    else
      redis.call('ZADD', marksKey, score, ARGV[i])
    end
  end
  h.count = redis.call('ZCARD', marksKey)
  if h.count > ${mostMarks} then
    local newest = redis.call('ZRANGE', marksKey, h.count - ${mostMarks + 1}, h.count - ${mostMarks + 1}, 'WITHSCORES')
    h.floor = math.max(h.floor, tonumber(newest[2]))
    redis.call('ZREMRANGEBYSCORE', marksKey, '-inf', newest[2])
    h.count = redis.call('ZCARD', marksKey)
  end
  return struct.pack('<d', now) .. save() .. struct.pack('<d', before)
end

function operations.learn()
  local answer = { struct.pack('<d', now) .. save() }
  local newer = redis.call('ZRANGEBYSCORE', marksKey, '(' .. ARGV[5], '+inf', 'WITHSCORES')
  for i = 1, #newer do answer[i + 1] = newer[i] end
  return answer
end

return operations[ARGV[1]]()
`

/** @param time another time than the server's is for tests. */
export function marksScript(time: string = serverTime): Script {
  return scriptOf(time + head + operations)
}
