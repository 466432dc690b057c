/** In which form values lie in memory, so that nobody who holds one can change what others get. */
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { Codec } from '../ports/codec.ts'
import { checkedCopy, copyOf, frozen } from './plain-data.ts'
import { json, jsonBytes } from './json-codec.ts'

export interface KeptForm {
  readonly codecId: string
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

export interface PlainWriter {
  /** Throws for what takes more JSON than `maxBytes`, and for nothing else. */
  readonly write: (plain: unknown) => Uint8Array
  readonly maxBytes: number
}

/** Codecs whose values are what JSON holds, and how they write what is known to be that. */
const plainWriters = new WeakMap<Codec, PlainWriter>([[json, { write: jsonBytes, maxBytes: Infinity }]])

/** The most bytes of JSON for each byte that plain data weighs: texts weigh two a character, and take up to six. */
const mostJsonPerByte = 3

/** Undefined for a codec that may hold anything. */
export function plainWriterOf(codec: Codec): PlainWriter | undefined {
  return plainWriters.get(codec)
}

/** Says so of a codec that wraps such a one. */
export function declarePlainData(codec: Codec, writer: PlainWriter): void {
  plainWriters.set(codec, writer)
}

const copiedForms = new WeakMap<Codec, KeptForm>()
const frozenForms = new WeakMap<Codec, KeptForm>()

/**
 * Plain data is copied once when it comes and once for each who asks, or frozen once and shared; anything else is kept as
 * bytes and decoded for each who asks. Caches with one codec have one form.
 */
export function keptForm(codec: Codec, freeze: boolean): KeptForm {
  const forms = freeze ? frozenForms : copiedForms
  let form = forms.get(codec)
  if (form === undefined) {
    const writer = plainWriters.get(codec)
    form = writer === undefined ? bytesForm(codec) : plainForm(codec, writer, freeze)
    forms.set(codec, form)
  }
  return form
}

function plainForm(codec: Codec, { write, maxBytes }: PlainWriter, freeze: boolean): KeptForm {
  const finish = freeze ? frozen : <V>(value: V): V => value
  return {
    codecId: codec.id,
    keep(value) {
      const { copy, bytes } = checkedCopy(value, codec.id)
      // A store writes it later, and what it cannot write then is taken for a failure of its own.
      if (bytes * mostJsonPerByte > maxBytes) write(copy)
      return { kept: finish(copy), bytes }
    },
    hand: freeze ? (kept) => kept : copyOf,
    toBytes: write,
    fromBytes: (bytes) => finish(codec.decode(bytes)),
  }
}

function bytesForm(codec: Codec): KeptForm {
  return {
    codecId: codec.id,
    keep(value) {
      const bytes: unknown = codec.encode(value)
      if (!(bytes instanceof Uint8Array)) {
        const message = `codec ${codec.id}: encode returned ${showValue(bytes)}. Accepted: a Uint8Array.`
        throw new ForebayError('FOREBAY_INVALID_RESULT', message)
      }
      return { kept: bytes, bytes: bytes.byteLength }
    },
    hand: (kept) => codec.decode(kept as Uint8Array),
    toBytes: (kept) => kept as Uint8Array,
    // Decoded when it is asked for: whoever only looks pays for nothing.
    fromBytes: (bytes) => bytes,
  }
}
