/** What the data cache stores under a key, and the frozen bytes that it becomes. */
import type { CacheEntry } from '../ports/cache-store.ts'
import type { Codec } from '../ports/codec.ts'
import type { KeptForm } from './kept-form.ts'

/**
 * `value`: one. `none`: the source has none, which is remembered for a while. `gone`: deleted; it stands in the way of
 * whatever was being made when it was.
 */
export type StoredKind = 'value' | 'none' | 'gone'

export interface StoredValueParts {
  readonly kind: StoredKind
  readonly kept: unknown
  /** In which it is kept: other caches of the namespace in this process may keep theirs otherwise. */
  readonly form: KeptForm
  /** How long its loader took; 0 for what was set. */
  readonly madeInMs: number
  /** How long it was to be fresh when it was stored. */
  readonly lifeMs: number
  readonly version: string
  /** Made stale by `expire`, whatever its times say: a later `touch` does not undo it. */
  readonly isExpired: boolean
}

export class StoredValue implements StoredValueParts {
  readonly kind: StoredKind
  readonly kept: unknown
  readonly form: KeptForm
  readonly madeInMs: number
  readonly lifeMs: number
  readonly version: string
  readonly isExpired: boolean

  constructor(parts: StoredValueParts) {
    this.kind = parts.kind
    this.kept = parts.kept
    this.form = parts.form
    this.madeInMs = parts.madeInMs
    this.lifeMs = parts.lifeMs
    this.version = parts.version
    this.isExpired = parts.isExpired
  }
}

/** What of an entry is neither its value nor its stamp. */
export type Unstamped = Omit<CacheEntry, 'value' | 'stamp'>

/**
 * An entry that is its own value: a hit waits for one object less. Where a store makes another entry of it, with another
 * life, that one has this as its value.
 */
export class StoredEntry extends StoredValue implements CacheEntry {
  readonly value: StoredValue = this
  readonly bytes: number
  readonly stamp: number
  readonly storedAt: number
  readonly staleAt: number
  readonly deleteAt: number
  readonly labels: readonly string[]
  readonly path: string
  /** A small integer lies in the entry itself; `staleAt` is one more object that a hit has to wait for. */
  readonly freshUntilSecond: number

  constructor(stored: StoredValueParts, stamp: number, parts: Unstamped) {
    super(stored)
    this.bytes = parts.bytes
    this.stamp = stamp
    this.storedAt = parts.storedAt
    this.staleAt = parts.staleAt
    this.deleteAt = parts.deleteAt
    this.labels = parts.labels
    this.path = parts.path
    this.freshUntilSecond = Math.floor(parts.staleAt / 1_000)
  }
}

/** The same, made stale. */
export function expired({ kind, kept, form, madeInMs, lifeMs, version }: StoredValue): StoredValue {
  return new StoredValue({ kind, kept, form, madeInMs, lifeMs, version, isExpired: true })
}

/** One byte each: kind, whether expired; then two little-endian f64; then lengths and texts; then the codec's bytes. */
const kinds: readonly StoredKind[] = ['value', 'none', 'gone']
const textsAt = 18

const utf8 = new TextEncoder()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The format is frozen: what one release wrote another reads, or refuses by the id. A value of another `version` is not
 * decoded at all; one of another codec is refused.
 */
export function storedValueCodec(codec: Codec, form: KeptForm, version: string): Codec<StoredValue> {
  const ownId = utf8.encode(codec.id)
  return {
    id: 'data/1',

    encode(stored) {
      const payload = stored.kind === 'value' ? stored.form.toBytes(stored.kept) : new Uint8Array()
      const versionText = utf8.encode(stored.version)
      const bytes = new Uint8Array(
        textsAt + 4 + versionText.byteLength + ownId.byteLength + payload.byteLength,
      )
      const view = new DataView(bytes.buffer)
      bytes[0] = kinds.indexOf(stored.kind)
      bytes[1] = stored.isExpired ? 1 : 0
      view.setFloat64(2, stored.madeInMs, true)
      view.setFloat64(10, stored.lifeMs, true)
      view.setUint16(textsAt, versionText.byteLength, true)
      view.setUint16(textsAt + 2, ownId.byteLength, true)
      let at = textsAt + 4
      for (const part of [versionText, ownId, payload]) {
        bytes.set(part, at)
        at += part.byteLength
      }
      return bytes
    },

    decode(bytes) {
      if (bytes.byteLength < textsAt + 4) throw damaged('too short')
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const versionAt = textsAt + 4
      const idAt = versionAt + view.getUint16(textsAt, true)
      const payloadAt = idAt + view.getUint16(textsAt + 2, true)
      const kind = kinds[bytes[0] ?? kinds.length]
      const [madeInMs, lifeMs] = [view.getFloat64(2, true), view.getFloat64(10, true)]
      if (payloadAt > bytes.byteLength || kind === undefined) throw damaged('cut off, or of no known kind')
      if (!(madeInMs >= 0 && lifeMs >= 0 && madeInMs + lifeMs < Infinity))
        throw damaged('without a sensible life')
      const storedVersion = strictUtf8.decode(bytes.subarray(versionAt, idAt))
      const parts = { kind, madeInMs, lifeMs, version: storedVersion, isExpired: bytes[1] === 1, form }
      if (kind !== 'value' || storedVersion !== version) return new StoredValue({ ...parts, kept: undefined })
      const id = strictUtf8.decode(bytes.subarray(idAt, payloadAt))
      if (id !== codec.id) throw otherFormat(id, codec.id)
      return new StoredValue({ ...parts, kept: form.fromBytes(bytes.subarray(payloadAt)) })
    },
  }
}

export function otherFormat(id: string, own: string): TypeError {
  return new TypeError(`the value is in the format ${id.slice(0, 60)}, not ${own}`)
}

function damaged(how: string): TypeError {
  return new TypeError(`these bytes are no stored value: ${how}`)
}
