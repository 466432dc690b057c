/** What a journal does in Redis, each operation in one step: a stream, its one consumer group, and beside it who reads. */
import { scriptOf, type Script } from '../connection/script.ts'

/** The server's time, in µs. */
const serverTime = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
`

/**
 * KEYS: the stream, then a hash with `token` (of the latest reader) and `until` (ms, when its time is over). ARGV[1]: for how
 * many ms an unused stream is kept. `ensureGroup` may always be called: where the group is there, `XGROUP CREATE` fails and
 * changes nothing.
 */
const prelude = `
local stream, reading, keepMs = KEYS[1], KEYS[2], ARGV[1]
local now = micros / 1000

local function keep()
  redis.call('PEXPIRE', stream, keepMs)
  redis.call('PEXPIRE', reading, keepMs)
end

local function reads(token)
  local found = redis.call('HMGET', reading, 'token', 'until')
  return found[1] == token and tonumber(found[2]) > now
end

local function ensureGroup()
  redis.pcall('XGROUP', 'CREATE', stream, 'g', '0', 'MKSTREAM')
end

local function forgetIdle(itself)
  for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, 'g')) do
    local about = {}
    for i = 1, #consumer, 2 do about[consumer[i]] = consumer[i + 1] end
    -- Records that are pending would be lost with their consumer.
    if about.pending == 0 and about.name ~= itself then
      redis.call('XGROUP', 'DELCONSUMER', stream, 'g', about.name)
    end
  end
end
`

/**
 * KEYS[3], only where the client may send a call twice: what this process appended last. ARGV: the most that the stream may
 * hold, the number of this call within its process, then key and value of each record. Replies how many were added: for a call
 * that has run already, how many it was then; for one that arrives after a later one, -1.
 */
const append = `
local number = tonumber(ARGV[3])
if KEYS[3] then
  local last = redis.call('HMGET', KEYS[3], 'number', 'added')
  if last[1] and tonumber(last[1]) == number then return tonumber(last[2]) end
  if last[1] and tonumber(last[1]) > number then return -1 end
end
local room = tonumber(ARGV[2]) - redis.call('XLEN', stream)
local added = math.max(0, math.min((#ARGV - 3) / 2, room))
for i = 1, added do
  redis.call('XADD', stream, '*', 'k', ARGV[2 + 2 * i], 'v', ARGV[3 + 2 * i])
end
keep()
if KEYS[3] then
  redis.call('HSET', KEYS[3], 'number', number, 'added', added)
  redis.call('PEXPIRE', KEYS[3], 86400000)
end
return added
`

/**
 * ARGV: for how many ms, and a text that tells this call from all others. Replies the token as a text, the same one when the
 * call is sent twice; or nothing while another reader's time is not over.
 */
const open = `
local found = redis.call('HMGET', reading, 'token', 'until', 'call')
if found[2] and tonumber(found[2]) > now then return found[3] == ARGV[3] and found[1] end
-- Later than all before it, even when those were forgotten or this server's clock was set back.
local token = string.format('%.0f', math.max(micros, tonumber(found[1] or '0') + 1))
redis.call('HSET', reading, 'token', token, 'until', string.format('%.3f', now + ARGV[2]), 'call', ARGV[3])
ensureGroup()
keep()
return token
`

/**
 * ARGV: the token, the consumer, how many records at most, from which id on to look for records that an earlier reader took
 * and did not acknowledge (empty when there are no more), and the id of the record that this reader was given last. Replies
 * the id to look from next time, the records, and whether an earlier reader took them. Called twice, it gives the same records
 * again. Replies nothing when the token is no longer the reader's.
 */
const read = `
local token, consumer, most, from, after = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if not reads(token) then return false end
ensureGroup()
keep()
if from ~= '' then
  local reply = redis.call('XAUTOCLAIM', stream, 'g', consumer, '0', from, 'COUNT', most)
  local nextFrom, records = reply[1], {}
  for _, record in ipairs(reply[2]) do
    if record then records[#records + 1] = record end
  end
  if nextFrom == '0-0' then
    nextFrom = ''
    forgetIdle(consumer)
  end
  if #records > 0 or nextFrom ~= '' then return { nextFrom, records, 1 } end
end
local function readFrom(id)
  local reply = redis.call('XREADGROUP', 'GROUP', 'g', consumer, 'COUNT', most, 'STREAMS', stream, id)
  return reply and reply[1][2] or {}
end
-- Delivered to this reader before, in a reply that got lost.
local records = readFrom(after)
if #records == 0 then records = readFrom('>') end
return { '', records, 0 }
`

/** ARGV: the token, then ids. */
const acknowledge = `
if not reads(ARGV[2]) then return 0 end
ensureGroup()
for i = 3, #ARGV do
  redis.call('XACK', stream, 'g', ARGV[i])
  redis.call('XDEL', stream, ARGV[i])
end
keep()
return 1
`

/** ARGV: the token, then for how many ms. */
const renew = `
if not reads(ARGV[2]) then return 0 end
redis.call('HSET', reading, 'until', string.format('%.3f', now + ARGV[3]))
keep()
return 1
`

/** ARGV: the token. */
const release = `
if redis.call('HGET', reading, 'token') ~= ARGV[2] then return 0 end
redis.call('HSET', reading, 'until', '0')
ensureGroup()
forgetIdle('')
keep()
return 1
`

export type JournalScripts = Readonly<
  Record<'append' | 'open' | 'read' | 'acknowledge' | 'renew' | 'release', Script>
>

/** @param time Lua that defines `micros`; another one than the server's is for tests. */
export function journalScripts(time: string = serverTime): JournalScripts {
  const script = (body: string): Script => scriptOf(time + prelude + body)
  return {
    append: script(append),
    open: script(open),
    read: script(read),
    acknowledge: script(acknowledge),
    renew: script(renew),
    release: script(release),
  }
}
