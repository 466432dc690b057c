/** V8's structured clone as a codec. */
import { deserialize, serialize } from 'node:v8'
import { ForebayError } from '../kit/forebay-error.ts'
import type { Codec } from '../ports/codec.ts'

/**
 * Holds Date, Map, Set, BigInt, Buffer, typed arrays, `undefined`, NaN and cycles. Functions and symbols are refused; of a
 * class only its members are kept. Readable by Node.js alone: not for a store that others read.
 */
export const structured: Codec = {
  id: 'structured',
  encode(value) {
    try {
      return serialize(value)
    } catch (error) {
      throw new ForebayError(
        'FOREBAY_INVALID_VALUE',
        `structured: ${error instanceof Error ? error.message : 'not to be cloned'}. Accepted: what structuredClone accepts.`,
        { cause: error },
      )
    }
  },
  decode: (bytes) => deserialize(bytes) as unknown,
}
