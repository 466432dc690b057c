/** Addresses of Redis servers: `host:port`, `[::1]:port`. */
import { ForebayError, showValue } from '@forebay/core'

export interface Node {
  readonly host: string
  readonly port: number
}

const highestPort = 65_535

/**
 * @param of which list the node is in, for the message: `redisBackend: sentinels`.
 * @throws ForebayError `FOREBAY_INVALID_OPTION` that names the node.
 */
export function readNode(of: string, text: unknown): Node {
  const node = typeof text === 'string' ? parse(text.trim()) : undefined
  if (node !== undefined) return node
  // A whole URL is often tried here.
  const shown = showValue(typeof text === 'string' ? withoutSecrets(text) : text)
  throw new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `${of}: ${shown} is not the address of a node. Accepted: 'host:port', '[IPv6 address]:port'.`,
  )
}

function parse(text: string): Node | undefined {
  const colon = text.lastIndexOf(':')
  const host = hostOf(text.slice(0, Math.max(0, colon)))
  const port = text.slice(colon + 1)
  if (host === undefined || !/^\d{1,5}$/.test(port)) return undefined
  const number = Number(port)
  return number >= 1 && number <= highestPort ? { host, port: number } : undefined
}

/** Brackets are for IPv6 and only for it: without them nobody can tell where the port begins. */
function hostOf(text: string): string | undefined {
  const isBracketed = text.startsWith('[') && text.endsWith(']')
  const host = isBracketed ? text.slice(1, -1) : text
  return isBracketed === host.includes(':') && /^[\w.:%-]+$/.test(host) ? host : undefined
}

/** What stands before the last @ may hold a password, however malformed the rest is. */
export function withoutSecrets(text: string): string {
  const end = text.lastIndexOf('@')
  return end === -1 ? text : `…${text.slice(end)}`
}
