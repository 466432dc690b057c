/** In which form values lie in memory, so that nobody who holds one can change what others get. */
import type { Codec } from '../ports/codec.ts'
import { checkedCopy, copyOf, frozen } from './plain-data.ts'
import { json } from './json-codec.ts'

export interface KeptForm {
  /** @throws ForebayError for a value that the codec cannot hold. */
  keep(value: unknown): Kept
  /** What whoever asks is given. Throws for bytes that the codec does not read. */
  hand(kept: unknown): unknown
  toBytes(kept: unknown): Uint8Array
  fromBytes(bytes: Uint8Array): unknown
}

export interface Kept {
  readonly kept: unknown
  readonly bytes: number
}

/** Codecs whose values are what JSON holds: those are copied without going through bytes. */
const plainCodecs = new WeakSet<Codec>([json])

export function holdsPlainData(codec: Codec): boolean {
  return plainCodecs.has(codec)
}

/** Says so of a codec that wraps such a one. */
export function declarePlainData(codec: Codec): void {
  plainCodecs.add(codec)
}

/**
 * Plain data is copied once when it comes and once for each who asks, or frozen once and shared; anything else is kept as
 * bytes and decoded for each who asks.
 */
export function keptForm(codec: Codec, freeze: boolean): KeptForm {
  if (!holdsPlainData(codec)) return bytesForm(codec)
  const finish = freeze ? frozen : <V>(value: V): V => value
  return {
    keep(value) {
      const { copy, bytes } = checkedCopy(value, codec.id)
      return { kept: finish(copy), bytes }
    },
    hand: freeze ? (kept) => kept : copyOf,
    toBytes: (kept) => codec.encode(kept),
    fromBytes: (bytes) => finish(codec.decode(bytes)),
  }
}

function bytesForm(codec: Codec): KeptForm {
  return {
    keep(value) {
      const bytes = codec.encode(value)
      return { kept: bytes, bytes: bytes.byteLength }
    },
    hand: (kept) => codec.decode(kept as Uint8Array),
    toBytes: (kept) => kept as Uint8Array,
    // Decoded when it is asked for: whoever only looks pays for nothing.
    fromBytes: (bytes) => bytes,
  }
}
