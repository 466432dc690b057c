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

/** `trust proxy: true` believes the leftmost address, which the client writes itself. */
export function trustsEveryone(app: Application): boolean {
  return app.get('trust proxy') === true
}
