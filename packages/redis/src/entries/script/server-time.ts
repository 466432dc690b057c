/** The server's time, for scripts that let keys expire at an instant. */

/** Ten years, as long as any life may be. */
export const longestLifeMs = 315_576_000_000

/**
 * Lua that defines `now` (ms, whole), `micros`, and `expireAt(key, instant)`. Instants are rounded up, and none is further away
 * than the longest life, so that no number is too large for the server.
 */
export const serverTime: string = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local micros = time[1] * 1000000 + time[2]

local function expireAt(key, instant)
  redis.call('PEXPIREAT', key, string.format('%.0f', math.min(math.ceil(instant), now + ${longestLifeMs})))
end
`
