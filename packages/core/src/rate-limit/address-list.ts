/** Lists of clients: addresses, CIDR blocks and exact keys. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import { formatAddress, maskAddress, parseAddress, type IpAddress } from './ip-address.ts'

/**
 * An entry that reads as an address or a CIDR block is compared with the client's address, any other with the key: a key
 * may be of the client's own choosing, so a key that looks like a listed address does not count as one.
 */
export interface AddressList {
  readonly hasAddresses: boolean
  readonly hasKeys: boolean
  includesAddress(address: string): boolean
  includesKey(key: string): boolean
}

/** Blocks by the number of their leading bits: asking costs one look-up per distinct length, however long the list. */
type Blocks = Map<number, Set<string>>

/** @throws ForebayError, naming `option`, for an entry that was meant as an address or block and is none. */
export function addressList(entries: readonly string[], option: string): AddressList {
  const keys = new Set<string>()
  const blocks: Readonly<Record<4 | 6, Blocks>> = { 4: new Map(), 6: new Map() }
  for (const entry of entries) {
    const block = parseBlock(entry)
    if (block !== undefined) addBlock(blocks[block.address.family], block)
    else if (looksLikeAddress(entry)) throw notAnAddress(entry, option)
    else keys.add(entry)
  }
  return {
    hasAddresses: blocks[4].size + blocks[6].size > 0,
    hasKeys: keys.size > 0,
    includesAddress(text) {
      const address = parseAddress(text)
      return address !== undefined && isCovered(address, blocks[address.family])
    },
    includesKey: (key) => keys.has(key),
  }
}

interface Block {
  readonly address: IpAddress
  readonly bits: number
}

function parseBlock(entry: string): Block | undefined {
  const slash = entry.indexOf('/')
  const text = slash === -1 ? entry : entry.slice(0, slash)
  const address = parseAddress(text)
  if (address === undefined) return undefined
  const width = address.family === 4 ? 32 : 128
  if (slash === -1) return { address, bits: width }
  // A block of IPv4-mapped addresses counts its bits from the front of the IPv6 address.
  const skipped = address.family === 4 && text.includes(':') ? 96 : 0
  const bits = parseBits(entry.slice(slash + 1))
  if (bits === undefined || bits < skipped || bits > width + skipped) return undefined
  return { address, bits: bits - skipped }
}

function parseBits(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined
}

function addBlock(blocks: Blocks, { address, bits }: Block): void {
  const masked = formatAddress(maskAddress(address, bits))
  const ofLength = blocks.get(bits)
  if (ofLength === undefined) blocks.set(bits, new Set([masked]))
  else ofLength.add(masked)
}

function isCovered(address: IpAddress, blocks: Blocks): boolean {
  for (const [bits, ofLength] of blocks) {
    if (ofLength.has(formatAddress(maskAddress(address, bits)))) return true
  }
  return false
}

/** Only what an address is made of, before an optional slash: a slip, not a key. */
function looksLikeAddress(entry: string): boolean {
  const [text = '', bits] = entry.split('/', 2)
  if (text === '') return true
  const isDotted = text.split('.').length > (bits === undefined ? 3 : 1) && /^[\d.]+$/.test(text)
  const isColoned = text.split(':').length > 2 && /^[\da-f:.]+$/i.test(text)
  return isDotted || isColoned
}

function notAnAddress(entry: string, option: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_OPTION',
    `${option}: ${showValue(entry)} is neither an address nor a CIDR block nor a key. Accepted: '192.0.2.1', ` +
      `'192.0.2.0/24', '2001:db8::1', '2001:db8::/32', or a key.`,
  )
}
