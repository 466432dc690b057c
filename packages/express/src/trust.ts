/** What Express's `trust proxy` setting makes of forwarded fields. */
import type { Application, Request } from 'express'

type TrustFunction = (address: string, hop: number) => boolean

/** The authority with its port: Express 4 has no accessor that keeps it. */
export function hostOf(req: Request): string {
  const forwarded = req.headers['x-forwarded-host']
  if (typeof forwarded === 'string' && forwarded !== '' && trusts(req)) {
    const comma = forwarded.indexOf(',')
    return (comma === -1 ? forwarded : forwarded.slice(0, comma)).trim()
  }
  const authority = req.headers[':authority']
  return req.headers.host ?? (typeof authority === 'string' ? authority : '')
}

function trusts({ app, socket }: Request): boolean {
  const trust = app.get('trust proxy fn') as TrustFunction | undefined
  return trust?.(socket.remoteAddress ?? '', 0) === true
}

/** Whether the leftmost address is believed, which the client writes itself: by `true`, by a function, by a network of all. */
export function trustsEveryone(app: Application): boolean {
  const trust = app.get('trust proxy fn') as TrustFunction | undefined
  try {
    return trust?.(stranger, farAway) === true
  } catch {
    // A function of the app's own that expects another kind of address.
    return false
  }
}

/** No proxy's: the block is kept for examples (RFC 5737), and no chain of proxies is that long. */
const stranger = '203.0.113.255'
const farAway = 1_000
