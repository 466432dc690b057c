/** Who a client is by its address: one text per client, however the address was written. */
import { ownText } from '../kit/own-text.ts'
import { formatAddress, maskAddress, parseAddress } from './ip-address.ts'

/** The same clients come again and again, and reading an address costs more than looking it up. */
const mostRemembered = 4_096

/** The client of an address; undefined when the text holds none. */
export type ClientOf = (address: string) => string | undefined

/**
 * IPv4 (mapped into IPv6 or not) as `192.0.2.1`; IPv6 as the block of `ipv6Prefix` bits that one subscriber is given:
 * `2001:db8:0:100::/56`. Without zone id, port and brackets.
 */
export function clientOfAddress(ipv6Prefix: number): ClientOf {
  const remembered = new Map<string, string | undefined>()
  return (address) => {
    const known = remembered.get(address)
    if (known !== undefined) return known
    const client = readClient(address, ipv6Prefix)
    if (client === undefined) return undefined
    // Emptied rather than aged: bookkeeping by age would cost more than reading the addresses again.
    if (remembered.size >= mostRemembered) remembered.clear()
    // Often cut from a field that a client may make long.
    remembered.set(ownText(address), client)
    return client
  }
}

function readClient(text: string, ipv6Prefix: number): string | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  if (address.family === 4 || ipv6Prefix === 128) return formatAddress(address)
  return `${formatAddress(maskAddress(address, ipv6Prefix))}/${ipv6Prefix}`
}
