/** The server's time, for scripts that end lives at an instant. */

/**
 * Lua that defines `now` (ms, whole), `micros`, and `expireAt(key, instant)`. Ends of lives are rounded up, and none is
 * further away than a life may be long (10 years), so that no number is too large for the server.
 */
export const serverTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local micros = time[1] * 1000000 + time[2]

local function expireAt(key, instant)
  redis.call('PEXPIREAT', key, string.format('%.0f', math.min(math.ceil(instant), now + 315576000000)))
end
`
