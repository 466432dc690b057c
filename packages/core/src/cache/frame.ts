/** An entry as bytes: a head of fixed length, its names, the id of its codec, its value. */
import { crc32 } from 'node:zlib'
import { digest } from '../kit/digest.ts'
import type { CacheEntry } from '../ports/cache-store.ts'
import type { Codec } from '../ports/codec.ts'

/** "fbe" and the version of the layout. Another layout has another version: then this one is read no more, or a miss. */
export const frameMagic: Buffer = Buffer.from([0x66, 0x62, 0x65, 1])

/**
 * Where what is, little-endian. The layout is frozen: servers hold what older versions wrote. The instants that `touch`
 * changes stand before what the checksum covers, so that it need not be made anew.
 */
export const frameLayout = {
  magic: 0,
  /** CRC-32 of everything from `stamp` on. */
  checksum: 4,
  staleAt: 8,
  deleteAt: 16,
  stamp: 24,
  storedAt: 32,
  /** As the entry says it. */
  bytes: 40,
  namesLength: 48,
  /** Before it was made smaller. */
  valueLength: 52,
  flags: 56,
  codecLength: 57,
  /** Two bytes of zero, then: how long the value is here. */
  heldLength: 60,
  names: 64,
} as const

/** The value is held as raw DEFLATE. */
const deflated = 1

/** A value as it is held. */
export interface HeldValue {
  readonly bytes: Uint8Array
  /** Before it was made smaller. */
  readonly length: number
  readonly isDeflated: boolean
}

/** Everything of an entry but its value. */
export interface FrameHead extends Omit<CacheEntry, 'value'> {
  readonly codecId: string
  /** How long everything before the value is. */
  readonly length: number
}

export interface Frame extends FrameHead {
  readonly held: HeldValue
}

/** Bytes that are no frame, or not the whole of one. */
export class NoFrame extends Error {
  override readonly name = 'NoFrame'
}

/** In bytes. */
export const longestCodecId = 255

/** The id of a codec as a frame has room for it. */
export function codecIdOf({ id }: Codec): string {
  return Buffer.byteLength(id) <= longestCodecId ? id : digest(id)
}

/** @throws NoFrame when the value was written by another codec. */
export function expectCodec(codec: Codec, codecId: string): void {
  if (codecId !== codecIdOf(codec)) throw new NoFrame(`of the codec ${codecId}, not ${codec.id}`)
}

/** @throws TypeError for an id of a codec that is longer than `longestCodecId`. */
export function writeFrame(entry: CacheEntry, codecId: string, held: HeldValue): Buffer {
  // JSON keeps every text exactly, unpaired surrogates too.
  const names = Buffer.from(JSON.stringify([entry.path, ...entry.labels]))
  const codec = Buffer.from(codecId)
  if (codec.length > longestCodecId) {
    throw new TypeError(`the id of a codec has ${codec.length} bytes, ${longestCodecId} at most are possible`)
  }
  const at = frameLayout
  const frame = Buffer.allocUnsafe(at.names + names.length + codec.length + held.bytes.byteLength)
  frame.set(frameMagic, at.magic)
  frame.writeDoubleLE(entry.staleAt, at.staleAt)
  frame.writeDoubleLE(entry.deleteAt, at.deleteAt)
  frame.writeDoubleLE(entry.stamp, at.stamp)
  frame.writeDoubleLE(entry.storedAt, at.storedAt)
  frame.writeDoubleLE(entry.bytes, at.bytes)
  frame.writeUInt32LE(names.length, at.namesLength)
  frame.writeUInt32LE(held.length, at.valueLength)
  frame[at.flags] = held.isDeflated ? deflated : 0
  frame[at.codecLength] = codec.length
  frame.writeUInt16LE(0, at.codecLength + 1)
  frame.writeUInt32LE(held.bytes.byteLength, at.heldLength)
  frame.set(names, at.names)
  frame.set(codec, at.names + names.length)
  frame.set(held.bytes, at.names + names.length + codec.length)
  frame.writeUInt32LE(crc32(frame.subarray(at.stamp)), at.checksum)
  return frame
}

/** @throws NoFrame */
export function readFrame(bytes: Buffer): Frame {
  const head = readFrameHead(bytes)
  return readParts(head, bytes.subarray(0, head.length), bytes.subarray(head.length))
}

/**
 * Of a frame that is kept in two parts: what stands before the value, whose head was read already, and the value.
 * @throws NoFrame
 */
export function readParts(head: FrameHead, before: Buffer, held: Buffer): Frame {
  const at = frameLayout
  if (before.length !== head.length || held.length !== before.readUInt32LE(at.heldLength))
    throw new NoFrame('cut off')
  if (crc32(held, crc32(before.subarray(at.stamp))) !== before.readUInt32LE(at.checksum))
    throw new NoFrame('damaged')
  const flags = before[at.flags] ?? 0
  if ((flags & ~deflated) !== 0) throw new NoFrame('held in an unknown way')
  const isDeflated = flags === deflated
  const length = before.readUInt32LE(at.valueLength)
  // A plain Uint8Array: `slice` of a Buffer is not what a codec expects.
  const value = new Uint8Array(held.buffer, held.byteOffset, held.length)
  if (!isDeflated && value.byteLength !== length) throw new NoFrame('of another length than it says')
  return { ...head, held: { bytes: value, length, isDeflated } }
}

/**
 * Of a frame, or of its beginning up to where the value begins.
 * @throws NoFrame
 */
export function readFrameHead(bytes: Buffer): FrameHead {
  const at = frameLayout
  if (bytes.length < at.names || bytes.compare(frameMagic, 0, frameMagic.length, 0, frameMagic.length) !== 0)
    throw new NoFrame('not of this layout')
  const codecAt = at.names + bytes.readUInt32LE(at.namesLength)
  const length = codecAt + (bytes[at.codecLength] ?? 0)
  if (length > bytes.length) throw new NoFrame('cut off')
  const [path, ...labels] = readNames(bytes.toString('utf8', at.names, codecAt))
  const head: FrameHead = {
    bytes: bytes.readDoubleLE(at.bytes),
    stamp: bytes.readDoubleLE(at.stamp),
    storedAt: bytes.readDoubleLE(at.storedAt),
    staleAt: bytes.readDoubleLE(at.staleAt),
    deleteAt: bytes.readDoubleLE(at.deleteAt),
    labels,
    path,
    codecId: bytes.toString('utf8', codecAt, length),
    length,
  }
  const numbers = [head.bytes, head.stamp, head.storedAt, head.staleAt, head.deleteAt]
  if (!numbers.every(Number.isFinite)) throw new NoFrame('with instants that are none')
  return head
}

/** Path and labels. */
function readNames(text: string): [path: string, ...labels: string[]] {
  let names: unknown
  try {
    names = JSON.parse(text)
  } catch (error) {
    throw new NoFrame('with names that are none', { cause: error })
  }
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === 'string'))
    throw new NoFrame('with names that are none')
  return names as [string, ...string[]]
}
