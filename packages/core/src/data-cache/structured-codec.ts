/** V8's structured clone as a codec. */
import { types } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { asError } from '../kit/as-error.ts'
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
      throw new ForebayError(
        'FOREBAY_INVALID_VALUE',
        `structured: ${asError(error).message} Accepted: what structuredClone accepts.`,
        { cause: error },
      )
    }
  },
  // Buffers in it are views of the bytes that it is read from: those must be nobody else's.
  decode: (bytes) => deserialize(new Uint8Array(bytes)) as unknown,
}

function checkCloneable(value: unknown, path: ValuePath, seen: Set<object>): void {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw path.refused(`a ${typeof value}`, 'data')
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (isLeaf(value)) return
  const lossy = lossyIn(value)
  if (lossy !== undefined) throw path.refused(lossy, 'a plain object')
  for (const [step, member] of membersOf(value)) {
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

/** What V8 would silently leave out, or make something plainer of. */
function lossyIn(value: object): string | undefined {
  if (Array.isArray(value)) return isPlainArray(value) ? undefined : 'an array of a class'
  if (types.isMap(value)) return isPlain(prototypeOf(value)) ? undefined : 'a Map of a class'
  if (types.isSet(value)) return isPlain(prototypeOf(value)) ? undefined : 'a Set of a class'
  if (!isPlain(value)) return nameOf(value)
  return Object.getOwnPropertySymbols(value).length > 0 ? 'an object with symbol keys' : undefined
}

function prototypeOf(value: object): object {
  return (Object.getPrototypeOf(value) as object | null) ?? {}
}

function membersOf(value: object): Iterable<readonly [step: string | number, member: unknown]> {
  if (Array.isArray(value)) return value.entries()
  if (types.isMap(value))
    return [...value].flatMap(([key, member], index) => [
      [index, key],
      [index, member],
    ])
  if (types.isSet(value)) return [...value].map((member, index) => [index, member])
  return Object.entries(value)
}
