/** The script that changes one entry: sets it, gives it another life, or takes it away. */
import { frameLayout, frameMagic } from '@forebay/core'
import { scriptOf, type Script } from '../../connection/script.ts'
import { luaText } from './lua-text.ts'
import { serverTime } from './server-time.ts'

const at = frameLayout

/** What is no frame, or past its end, counts as absent, and is replaced by whatever comes. */
const reading = `
local key, magic = KEYS[1], '${luaText(frameMagic)}'

local function number(text, at)
  return (struct.unpack('<d', text, at + 1))
end

local function current()
  local head = redis.pcall('GETRANGE', key, 0, ${at.names - 1})
  if type(head) ~= 'string' or #head < ${at.names} then return nil end
  if string.sub(head, 1, ${frameMagic.length}) ~= magic then return nil end
  if not (number(head, ${at.deleteAt}) > now) then return nil end
  return head
end

local function beforeValue(head)
  local names = struct.unpack('<I4', head, ${at.namesLength + 1})
  local codec = string.byte(head, ${at.codecLength + 1})
  return head .. redis.call('GETRANGE', key, ${at.names}, string.format('%.0f', ${at.names - 1} + names + codec))
end
`

/**
 * ARGV: the operation and what it is given. KEYS: the entry. A head is what stands before the value.
 * - `set` (frame) replies 1; 0 for a frame past its end; where something newer stands, the head of that.
 * - `touch` (staleAt and deleteAt as bytes) replies the head with these instants.
 * - `take` replies the head of an entry that is then gone.
 * - `drop` (stamp as bytes) takes the entry away if it is still the one with that stamp.
 */
const operations = `
local operations = {}

function operations.set(frame)
  local deleteAt = number(frame, ${at.deleteAt})
  local head = current()
  if not (deleteAt > now) then return 0 end
  if head and number(head, ${at.stamp}) > number(frame, ${at.stamp}) then return beforeValue(head) end
  redis.call('SET', key, frame)
  expireAt(key, deleteAt)
  return 1
end

function operations.touch(times)
  local head = current()
  if not head then return false end
  redis.call('SETRANGE', key, ${at.staleAt}, times)
  local before = beforeValue(redis.call('GETRANGE', key, 0, ${at.names - 1}))
  expireAt(key, number(times, ${at.deleteAt - at.staleAt}))
  return before
end

function operations.take()
  local head = current()
  local before = head and beforeValue(head)
  redis.call('UNLINK', key)
  return before or false
end

function operations.drop(stamp)
  local head = current()
  if head and string.sub(head, ${at.stamp + 1}, ${at.stamp + 8}) == stamp then redis.call('UNLINK', key) end
  return 1
end

return operations[ARGV[1]](ARGV[2])
`

/** @param time another time than the server's is for tests. */
export function entryScript(time: string = serverTime): Script {
  return scriptOf(time + reading + operations)
}
