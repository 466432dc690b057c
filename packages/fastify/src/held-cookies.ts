/** Cookies that `@fastify/cookie` holds back: its own `onSend` hook makes fields of them, before the cache looks or after. */
import type { FastifyReply } from 'fastify'

interface HeldCookie {
  readonly name: string
  readonly value: string
  readonly opts: object
}

const whereTheyAre = 'fastify.reply.setCookies'

/** Those that were set so far, each the same object for as long as nobody sets it again. */
export function heldCookies(reply: FastifyReply): HeldCookie[] {
  for (const symbol of Object.getOwnPropertySymbols(reply)) {
    if (symbol.description !== whereTheyAre) continue
    const held = (reply as unknown as Readonly<Record<symbol, unknown>>)[symbol]
    return held instanceof Map ? [...(held as ReadonlyMap<string, HeldCookie>).values()] : []
  }
  return []
}

/** Their `Set-Cookie` lines; undefined where nobody can tell. */
export function linesOfCookies(reply: FastifyReply, cookies: readonly HeldCookie[]): string[] | undefined {
  if (cookies.length === 0) return []
  const { serializeCookie } = reply.server as {
    readonly serializeCookie?: (name: string, value: string, options: object) => string
  }
  try {
    return serializeCookie && cookies.map(({ name, value, opts }) => serializeCookie(name, value, opts))
  } catch {
    // A cookie that cannot be: whoever holds it finds that out, too, where Fastify is ready for it.
    return undefined
  }
}
