/** The scripts of a lock: taking, prolonging and giving back a lease. */
import { scriptOf, type Script } from '../connection/script.ts'

/**
 * One sorted set per lock. Each holder is a member whose score is the end of its lease (ms); the score of the member `token` is
 * the last token. Tokens are microseconds, a thousand times any such end, so that `token` is never removed as an expired lease.
 */
const lock = `
local key = KEYS[1]

local function isHeld(holder)
  local ends = redis.call('ZSCORE', key, holder)
  return ends and tonumber(ends) > now
end

local function hold(holder, ttl)
  redis.call('ZADD', key, now + ttl, holder)
  local life = lifeMs(ttl)
  if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, string.format('%.0f', life)) end
end
`

/**
 * ARGV: holder, ms, how many may hold it. Answers with the token and 1 where no holder is remembered, or with nothing. Every
 * call has a holder of its own: one that holds already is there because a client sent the call again whose answer it missed.
 */
const acquire = `
-- What somebody else wrote there, of another type, is as good as nothing.
local swept = redis.pcall('ZREMRANGEBYSCORE', key, '-inf', now)
if type(swept) == 'table' then redis.call('DEL', key) end
redis.call('ZREM', key, ARGV[1])
local last = tonumber(redis.call('ZSCORE', key, 'token') or '0')
local held = redis.call('ZCARD', key) - (last > 0 and 1 or 0)
if held >= tonumber(ARGV[3]) then return false end
local token = math.max(last + 1, micros)
redis.call('ZADD', key, string.format('%.0f', token), 'token')
hold(ARGV[1], tonumber(ARGV[2]))
return { string.format('%.0f', token), last == 0 and 1 or 0 }
`

/** ARGV: holder, ms. Answers with 1 when it still was a holder. */
const renew = `
if not isHeld(ARGV[1]) then return 0 end
hold(ARGV[1], tonumber(ARGV[2]))
return 1
`

/** ARGV: holder. */
const release = `
return redis.call('ZREM', key, ARGV[1])
`

/**
 * How much longer than its last lease a lock remembers its last token: as much as the server's clock may step back, also by a
 * failover to another server. Later, tokens grow because the clock does.
 */
export const rememberedMs = 10_000

/** The server's time, in ms and in µs. */
const serverTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local micros = time[1] * 1000000 + time[2]

local function lifeMs(ttl)
  return ttl + ${rememberedMs}
end
`

export interface LockScripts {
  readonly acquire: Script
  readonly renew: Script
  readonly release: Script
}

/** @param time Lua that defines `now`, `micros` and `lifeMs(ttl)`; another one than the server's is for tests. */
export function lockScripts(time: string = serverTime): LockScripts {
  const script = (what: string): Script => scriptOf(time + lock + what)
  return { acquire: script(acquire), renew: script(renew), release: script(release) }
}
