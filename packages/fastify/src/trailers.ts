/** The trailer fields that a reply announces, which Fastify adds to its fields only after all hooks. */
import type { FastifyReply } from 'fastify'

/** Where Fastify keeps them is a symbol of its own: the same for all replies. */
let place: symbol | undefined

/** Their names as the `Trailer` field lists them; undefined when there are none. */
export function announcedTrailers(reply: FastifyReply): string | undefined {
  place ??= Object.getOwnPropertySymbols(reply).find(
    (symbol) => symbol.description === 'fastify.reply.trailers',
  )
  if (place === undefined) return undefined
  const trailers = (reply as unknown as Record<symbol, Readonly<Record<string, unknown>> | null>)[place]
  if (trailers === null || trailers === undefined) return undefined
  const names = Object.keys(trailers).filter((name) => typeof trailers[name] === 'function')
  return names.length === 0 ? undefined : names.join(' ')
}
