/** Compression around another codec, for values that are large. */
import { deflateSync, inflateSync } from 'node:zlib'
import { ForebayError } from '../kit/forebay-error.ts'
import { checkOptions, isInteger } from '../kit/option-check.ts'
import type { Codec } from '../ports/codec.ts'
import { declarePlainData, plainWriterOf } from './kept-form.ts'

export interface CompressedOptions {
  /** Values of more bytes than this are compressed. Default 1,024. */
  readonly above?: number
  /** Values of more bytes than this are refused, and no stored bytes are inflated beyond it. Default 64 MiB. */
  readonly maxBytes?: number
}

export const compressedDefaults = { above: 1_024, maxBytes: 67_108_864 } as const

/** First byte: what follows is as the codec wrote it, or deflated (RFC 1950). */
const plain = 0
const deflated = 1

/**
 * The same values in fewer bytes, where that takes fewer. Values in this process's memory are not compressed with `json`;
 * with others they are, and inflated whenever they are asked for.
 * @throws ForebayError for options that are unknown or malformed.
 */
export function compressed<T>(codec: Codec<T>, options: CompressedOptions = {}): Codec<T> {
  checkOptions('compressed', options, { above: isInteger(0), maxBytes: isInteger(1) })
  const { above = compressedDefaults.above, maxBytes = compressedDefaults.maxBytes } = options
  const deflate = (bytes: Uint8Array): Uint8Array => {
    if (bytes.byteLength > maxBytes) {
      throw new ForebayError(
        'FOREBAY_INVALID_VALUE',
        `compressed: the value takes ${bytes.byteLength} bytes. Accepted: up to ${maxBytes}, see maxBytes.`,
      )
    }
    if (bytes.byteLength > above) {
      const smaller = deflateSync(bytes)
      if (smaller.byteLength < bytes.byteLength) return framed(deflated, smaller)
    }
    return framed(plain, bytes)
  }
  const wrapped: Codec<T> = {
    id: `${codec.id}+zlib`,
    encode: (value) => deflate(codec.encode(value)),

    decode(bytes) {
      const body = bytes.subarray(1)
      if (bytes[0] === plain) return codec.decode(body)
      if (bytes[0] !== deflated) throw new TypeError('these bytes are of no known compression')
      return codec.decode(inflateSync(body, { maxOutputLength: maxBytes }))
    },
  }
  const inner = plainWriterOf(codec)
  if (inner !== undefined) {
    declarePlainData(wrapped, {
      write: (value) => deflate(inner.write(value)),
      maxBytes: Math.min(maxBytes, inner.maxBytes),
    })
  }
  return wrapped
}

function framed(kind: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + body.byteLength)
  bytes[0] = kind
  bytes.set(body, 1)
  return bytes
}
