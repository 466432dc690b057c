/** How a message travels: with who sent it, its number, and the number of the one before it. */
import { scriptOf, type Script } from '../connection/script.ts'

export interface Frame {
  readonly origin: string
  readonly number: number
  /** 0 when Redis knew of none: it was the first, or its counter was lost. */
  readonly previous: number
  readonly message: string
}

const kind = 'forebay-bus'

/** How long a topic may be silent before its counter is forgotten, and its numbers begin anew. */
const counterLifeMs = 24 * 60 * 60 * 1_000

/**
 * KEYS: the counter. ARGV: channel, command (`PUBLISH` or `SPUBLISH`), sender and message, these two as JSON. A counter that is
 * not there begins at the server's time in µs, so that no earlier number comes again. A server that cannot write, for want of
 * memory or disk, still publishes: the message then has the number of the one before, and nobody notices if it is lost. Where
 * a Cluster knows no sharded channels (before Redis 7), `PUBLISH` tells every node.
 */
export const publishScript: Script = scriptOf(`
local found = redis.pcall('GET', KEYS[1])
local previous = type(found) == 'string' and tonumber(found) or 0
local number = previous + 1
if previous == 0 then
  local time = redis.call('TIME')
  number = time[1] * 1000000 + time[2]
end
local kept = redis.pcall('SET', KEYS[1], string.format('%.0f', number), 'PX', '${counterLifeMs}')
if kept.err then
  if not kept.err:find('OOM') and not kept.err:find('MISCONF') then return kept end
  number = previous
end
number = string.format('%.0f', number)
local frame = table.concat({ '["${kind}",1', ARGV[3], number, string.format('%.0f', previous), ARGV[4] .. ']' }, ',')
local sent = redis.pcall(ARGV[2], ARGV[1], frame)
if type(sent) == 'table' and sent.err then redis.call('PUBLISH', ARGV[1], frame) end
return 1
`)

/** Undefined for what another program published without this frame. */
export function readFrame(text: string): Frame | undefined {
  if (!text.startsWith(`["${kind}",1,`)) return undefined
  const parts = parsed(text)
  if (!Array.isArray(parts) || parts.length !== 6) return undefined
  const [, , origin, number, previous, message] = parts as readonly unknown[]
  if (typeof origin !== 'string' || typeof message !== 'string') return undefined
  if (typeof number !== 'number' || typeof previous !== 'number') return undefined
  return { origin, number, previous, message }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
