/** The default codec: JSON that loses nothing. */
import type { AnyCodec } from './any-codec.ts'
import { checkedCopy } from './plain-data.ts'

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Exact for what JSON holds: texts, finite numbers, booleans, null, arrays and plain objects. Anything else (`undefined`
 * inside, Date, Map, Set, BigInt, Buffer, NaN, a class, a cycle, a hole) is a `ForebayError` that names its path.
 */
export const json: AnyCodec = {
  id: 'json',
  // Of the copy: what changes between two looks at it is written as it was checked.
  encode: (value) => jsonBytes(checkedCopy(value, 'json').copy),
  decode: (bytes) => JSON.parse(strictUtf8.decode(bytes)) as unknown,
}

/** The same of what is known to be plain data. */
export function jsonBytes(plain: unknown): Uint8Array {
  return utf8.encode(hasNegativeZero(plain) ? textWithNegativeZero(plain) : JSON.stringify(plain))
}

/** JSON can say -0, and JSON.parse reads it; only JSON.stringify does not write it. */
function hasNegativeZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0)
  for (const member of Object.values(value)) if (hasNegativeZero(member)) return true
  return false
}

function textWithNegativeZero(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (Array.isArray(value)) return `[${value.map(textWithNegativeZero).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${textWithNegativeZero(member)}`,
  )
  return `{${members.join(',')}}`
}
