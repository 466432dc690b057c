/** Whether an app believes forwarded fields from anybody. */
import type { FastifyInstance } from 'fastify'

/** Fastify shows its `trustProxy` nowhere but under a symbol of its own; where that is missing the answer is no. */
export function trustsEveryone(app: FastifyInstance): boolean {
  for (
    let owner: object | null = app;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    const symbol = Object.getOwnPropertySymbols(owner).find((own) => own.description === 'fastify.options')
    if (symbol === undefined) continue
    const options = (owner as Record<symbol, { readonly trustProxy?: unknown } | undefined>)[symbol]
    return believesAll(options?.trustProxy)
  }
  return false
}

/** No proxy's: the block is kept for examples (RFC 5737), and no chain of proxies is that long. */
const stranger = '203.0.113.255'
const farAway = 1_000

function believesAll(trust: unknown): boolean {
  if (typeof trust !== 'function') return trust === true
  try {
    return (trust as (address: string, hop: number) => unknown)(stranger, farAway) === true
  } catch {
    // It expects another kind of address.
    return false
  }
}
