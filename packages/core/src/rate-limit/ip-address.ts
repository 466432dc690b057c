/** IP addresses as numbers: read in every notation that a connection or a proxy writes, and written in the canonical one. */

/** IPv4 as two 16-bit groups, IPv6 as eight. An IPv4-mapped IPv6 address is an IPv4 address. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly groups: readonly number[]
}

/** Longer than any address with brackets, a zone id and a port; what is longer is not read at all. */
const longestText = 128

/** The address in `text`, without brackets, port and zone id; undefined when there is none. Linear in the length. */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.length > longestText) return undefined
  const bare = withoutZone(withoutPort(text))
  if (!bare.includes(':')) {
    const groups = parseIpv4(bare)
    return groups && { family: 4, groups }
  }
  const groups = parseIpv6(bare)
  return groups && unmapped(groups)
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups shortened, the first of equals. */
export function formatAddress({ family, groups }: IpAddress): string {
  if (family === 4) {
    const [high = 0, low = 0] = groups
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const zeros = longestZeros(groups)
  if (zeros.length < 2) return hexadecimal(groups)
  return `${hexadecimal(groups.slice(0, zeros.start))}::${hexadecimal(groups.slice(zeros.start + zeros.length))}`
}

/** The address with all but its first `bits` bits set to zero. */
export function maskAddress({ family, groups }: IpAddress, bits: number): IpAddress {
  return { family, groups: groups.map((group, index) => group & groupMask(bits - index * 16)) }
}

function groupMask(bits: number): number {
  if (bits >= 16) return 0xffff
  return bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff
}

function withoutPort(text: string): string {
  if (text.startsWith('[')) {
    const end = text.indexOf(']')
    const rest = text.slice(end + 1)
    return end > 0 && (rest === '' || isPort(rest)) ? text.slice(1, end) : ''
  }
  const colon = text.indexOf(':')
  const isIpv4WithPort = colon > 0 && colon === text.lastIndexOf(':') && text.includes('.')
  return isIpv4WithPort && isPort(text.slice(colon)) ? text.slice(0, colon) : text
}

function isPort(text: string): boolean {
  if (text.length < 2 || text.length > 6 || !text.startsWith(':')) return false
  for (let index = 1; index < text.length; index++) if (!isDigit(text.charCodeAt(index))) return false
  return true
}

function withoutZone(text: string): string {
  const zone = text.indexOf('%')
  return zone === -1 || !text.includes(':') ? text : text.slice(0, zone)
}

function parseIpv4(text: string): readonly [number, number] | undefined {
  let bytes = 0
  let value = 0
  let byte = 0
  let digits = 0
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? dot : text.charCodeAt(index)
    if (code === dot) {
      if (digits === 0 || bytes === 4) return undefined
      value = value * 256 + byte
      bytes++
      byte = 0
      digits = 0
      continue
    }
    // A leading zero reads as octal in some parsers: two readings of one text are one too many.
    if (!isDigit(code) || (digits > 0 && byte === 0)) return undefined
    byte = byte * 10 + (code - zero)
    digits++
    if (byte > 255) return undefined
  }
  return bytes === 4 ? [Math.floor(value / 65_536), value & 0xffff] : undefined
}

function parseIpv6(text: string): readonly number[] | undefined {
  const gap = text.indexOf('::')
  if (gap === -1) {
    const groups = parseGroups(text)
    return groups?.length === 8 ? groups : undefined
  }
  const head = gap === 0 ? [] : parseGroups(text.slice(0, gap), { hexOnly: true })
  const tail = gap + 2 === text.length ? [] : parseGroups(text.slice(gap + 2))
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

/** Groups between colons; the last may be an IPv4 address, which counts as two. */
function parseGroups(
  text: string,
  { hexOnly }: { hexOnly: boolean } = { hexOnly: false },
): number[] | undefined {
  const parts = text.split(':')
  if (parts.length > 8) return undefined
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    if (!hexOnly && index === parts.length - 1 && part.includes('.')) {
      const ipv4 = parseIpv4(part)
      if (ipv4 === undefined) return undefined
      groups.push(...ipv4)
      continue
    }
    const group = parseGroup(part)
    if (group === undefined) return undefined
    groups.push(group)
  }
  return groups
}

function parseGroup(text: string): number | undefined {
  if (text.length < 1 || text.length > 4) return undefined
  let value = 0
  for (let index = 0; index < text.length; index++) {
    const digit = hexDigit(text.charCodeAt(index))
    if (digit === undefined) return undefined
    value = value * 16 + digit
  }
  return value
}

function unmapped(groups: readonly number[]): IpAddress {
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  return isMapped ? { family: 4, groups: groups.slice(6) } : { family: 6, groups }
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0) continue
    if (index - start > best.length) best = { start, length: index - start }
    start = index + 1
  }
  return best
}

function hexadecimal(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

const zero = 0x30
const dot = 0x2e

function isDigit(code: number): boolean {
  return code >= zero && code <= 0x39
}

function hexDigit(code: number): number | undefined {
  if (isDigit(code)) return code - zero
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined
}
