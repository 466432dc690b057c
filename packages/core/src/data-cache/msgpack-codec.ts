/** MessagePack as a codec: what JSON holds and Dates, Buffers and BigInts, in fewer bytes, readable by every language. */
import { MsgpackReader } from './msgpack-reader.ts'
import { MsgpackWriter } from './msgpack-writer.ts'
import { walked } from './value-path.ts'
import type { AnyCodec } from './any-codec.ts'

/**
 * Exact for texts, numbers (NaN, Infinity and -0 too), BigInts of up to 64 bits, booleans, null, Dates, bytes (which come
 * back as Buffers), arrays and plain objects. Anything else is a `ForebayError` that names its path. Made by hand, as a
 * codec must neither run code nor lose anything; what it writes is MessagePack that any other reader reads.
 */
export const msgpack: AnyCodec = {
  id: 'msgpack',
  encode(value) {
    const writer = new MsgpackWriter()
    walked('msgpack', () => writer.write(value))
    return writer.bytes()
  },
  decode(bytes) {
    const reader = new MsgpackReader(bytes)
    const value = reader.read()
    reader.end()
    return value
  },
}
