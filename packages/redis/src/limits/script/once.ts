/** Lua for calls that may arrive twice: the last key is a ticket, the last word the instant until which it is good. */
import { refusal } from '../tickets.ts'

/** Where the caller does not know the server's clock yet (0), the ticket is kept for a day. */
export const once: string = `
local ticket, ticketUntil = table.remove(KEYS), tonumber(table.remove(ARGV))
if ticketUntil == 0 then ticketUntil = now + 86400000 end
local ticketMs = string.format('%.0f', ticketUntil - now)
if ticketUntil <= now or not redis.call('SET', ticket, '', 'NX', 'PX', ticketMs) then
  return redis.error_reply('${refusal} this call ran before, or comes too late to run')
end
`
