/** V8's structured clone as a codec. */
import { types } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { ForebayError } from '../kit/forebay-error.ts'
import { isPlain, isPlainArray, nameOf, ValuePath, walked } from './value-path.ts'
import type { AnyCodec } from './any-codec.ts'

/**
 * Holds Date, Map, Set, RegExp, BigInt, Buffer and typed arrays, NaN, `undefined` inside, cycles, and of an Error its name,
 * message and stack. Functions, symbols and classes are refused. Readable by Node.js alone, and only for stores that
 * nobody but your own services writes to.
 */
export const structured: AnyCodec = {
  id: 'structured',
  encode(value) {
    walked('structured', () => checkCloneable(value, new ValuePath('structured'), new Set()))
    try {
      return serialize(value)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ForebayError(
        'FOREBAY_INVALID_VALUE',
        `structured: ${reason} Accepted: what structuredClone accepts.`,
        { cause: error },
      )
    }
  },
  // Buffers in it are views of the bytes that it is read from: those must be nobody else's.
  decode: (bytes) => deserialize(new Uint8Array(bytes)) as unknown,
}

/** V8 would silently make a plain object of what has a class. */
function checkCloneable(value: unknown, path: ValuePath, seen: Set<object>): void {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw path.refused(`a ${typeof value}`, 'data')
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (isLeaf(value)) return
  const members = membersOf(value)
  if (members === undefined) throw path.refused(nameOf(value), 'a plain object')
  for (const [step, member] of members) {
    path.enter(step)
    checkCloneable(member, path, seen)
    path.leave()
  }
}

function isLeaf(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value)
  )
}

function membersOf(value: object): Iterable<readonly [step: string | number, member: unknown]> | undefined {
  if (Array.isArray(value)) return isPlainArray(value) ? value.entries() : undefined
  if (types.isMap(value))
    return [...value].flatMap(([key, member], index) => [
      [index, key],
      [index, member],
    ])
  if (types.isSet(value)) return [...value].map((member, index) => [index, member])
  return isPlain(value) ? Object.entries(value) : undefined
}
