/** A write as bytes in a journal: who accepted it, in which format its value is, and the value. */
import { ForebayError } from '../../kit/forebay-error.ts'
import type { Codec } from '../../ports/codec.ts'

/** Names the layout below; another one is not read. */
const version = 1
const writerBytes = 8
const headBytes = 1 + writerBytes + 8
const labelPrefix = '\u0000written:'

export interface WriteOrigin {
  /** Tells processes apart: 8 bytes. */
  readonly writer: Uint8Array
  /** The how manieth write of this writer. */
  readonly sequence: number
}

/** What the value of a write is known by in the cache. No tag of an app begins like that. */
export function labelOf({ writer, sequence }: WriteOrigin): string {
  return `${labelPrefix}${Buffer.from(writer).toString('hex')}:${sequence}`
}

/** Undefined where none of the labels tells of a write. */
export function labelled(
  labels: readonly string[],
): { readonly writer: string; readonly sequence: number } | undefined {
  const [writer, sequence] =
    labels
      .find((label) => label.startsWith(labelPrefix))
      ?.slice(labelPrefix.length)
      .split(':') ?? []
  return writer === undefined ? undefined : { writer, sequence: Number(sequence) }
}

/** Version (1 byte), writer (8), sequence (f64, big endian), length of the codec's id (1), the id, the value. */
export function encodeWrite(codec: Codec, { writer, sequence }: WriteOrigin, value: unknown): Uint8Array {
  const bytes = codec.encode(value)
  const id = Buffer.from(codec.id)
  const head = Buffer.alloc(headBytes + 1)
  head.writeUInt8(version, 0)
  head.set(writer, 1)
  head.writeDoubleBE(sequence, 1 + writerBytes)
  head.writeUInt8(id.length, headBytes)
  return Buffer.concat([head, id, bytes])
}

/** @throws for bytes that are no write, or in another format than the codec's. */
export function decodeWrite(codec: Codec, bytes: Uint8Array): unknown {
  const idLength = bytes[headBytes]
  if (idLength === undefined || bytes[0] !== version || bytes.length < headBytes + 1 + idLength) {
    throw new ForebayError(
      'FOREBAY_INVALID_RESULT',
      'The journal holds something that is no write of this version.',
    )
  }
  const valueAt = headBytes + 1 + idLength
  const id = Buffer.from(bytes.subarray(headBytes + 1, valueAt)).toString()
  if (id !== codec.id) {
    throw new ForebayError(
      'FOREBAY_INVALID_RESULT',
      `The journal holds a write in the format '${id.slice(0, 60)}', but the codec of the cache reads '${codec.id}'.`,
    )
  }
  return codec.decode(bytes.subarray(valueAt))
}

/** Undefined for bytes that are too short to tell. */
export function originOf(bytes: Uint8Array): WriteOrigin | undefined {
  if (bytes.length < headBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { writer: bytes.subarray(1, 1 + writerBytes), sequence: view.getFloat64(1 + writerBytes) }
}
