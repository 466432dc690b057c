/** One Redis command over a socket of its own, without any client library (RESP 2). */
import { connect } from 'node:net'

export type Reply = string | number | null | readonly Reply[]

interface Parsed {
  readonly reply: Reply
  readonly next: number
}

class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** Rejects with the server's message for an error reply, and when the server does not answer within `timeoutMs`. */
export function rawCommand(
  port: number,
  words: readonly string[],
  timeoutMs: number = 20_000,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const end = (settle: () => void): void => {
      socket.destroy()
      settle()
    }
    let text = ''
    socket.setTimeout(timeoutMs, () => end(() => reject(new Error(`${words[0]}: no answer`))))
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error(`${words[0]}: connection closed`)))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      try {
        const parsed = parse(text, 0)
        if (parsed !== undefined) end(() => resolve(parsed.reply))
      } catch (error) {
        end(() => reject(error))
      }
    })
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
    socket.write(`*${words.length}\r\n${parts.join('')}`)
  })
}

/** Undefined while the reply is incomplete. */
function parse(text: string, at: number): Parsed | undefined {
  const lineEnd = text.indexOf('\r\n', at)
  if (lineEnd === -1) return undefined
  const line = text.slice(at + 1, lineEnd)
  const next = lineEnd + 2
  switch (text[at]) {
    case '+':
      return { reply: line, next }
    case '-':
      throw new ReplyError(line)
    case ':':
      return { reply: Number(line), next }
    case '$':
      return parseBulk(text, next, Number(line))
    case '*':
      return parseList(text, next, Number(line))
    default:
      throw new ReplyError(`not a RESP 2 reply: ${text.slice(at, at + 20)}`)
  }
}

function parseBulk(text: string, at: number, length: number): Parsed | undefined {
  if (length === -1) return { reply: null, next: at }
  if (text.length < at + length + 2) return undefined
  return { reply: text.slice(at, at + length), next: at + length + 2 }
}

function parseList(text: string, at: number, count: number): Parsed | undefined {
  if (count === -1) return { reply: null, next: at }
  const replies: Reply[] = []
  let next = at
  for (let index = 0; index < count; index++) {
    const item = parse(text, next)
    if (item === undefined) return undefined
    replies.push(item.reply)
    next = item.next
  }
  return { reply: replies, next }
}
