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
    return options?.trustProxy === true
  }
  return false
}
