/** `redis://user:password@host:port/db`. */
import { ForebayError, showValue } from '@forebay/core'
import { withoutSecrets, type Node } from './nodes.ts'

export interface RedisUrl {
  readonly node: Node
  readonly user: { readonly username?: string; readonly password?: string }
  readonly db: number
  readonly tls: boolean
}

const defaultPort = 6_379

export const highestDb = 65_535

/**
 * @param of where the url was given, for the message.
 * @throws ForebayError `FOREBAY_INVALID_OPTION`; its message does not tell the password.
 */
export function readUrl(text: string, of: string = 'redisBackend: url'): RedisUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const db = url === undefined ? undefined : readDb(url)
  if (url === undefined || db === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: ${showValue(withoutSecrets(text))} is not accepted. ` +
        `Accepted: 'redis://user:password@host:port/db', or 'rediss://…' for TLS.`,
    )
  }
  const username = decoded(url.username)
  const password = decoded(url.password)
  return {
    // URL keeps the brackets of an IPv6 address; a socket does not want them.
    node: { host: url.hostname.replaceAll(/[[\]]/g, ''), port: Number(url.port || defaultPort) },
    user: {
      ...(username !== '' && { username }),
      ...(password !== '' && { password }),
    },
    db,
    tls: url.protocol === 'rediss:',
  }
}

function readDb({ pathname, search, hash }: URL): number | undefined {
  if (search !== '' || hash !== '') return undefined
  const digits = pathname.slice(1)
  if (digits === '') return 0
  return /^\d{1,5}$/.test(digits) && Number(digits) <= highestDb ? Number(digits) : undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A lone % is meant as it stands.
    return text
  }
}
