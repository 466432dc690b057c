/** Compression of values on their way to Redis, where it was asked for and is worth it. */
import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib'
import { NoFrame, type HeldValue } from '@forebay/core'

/** The fastest: a cache is there to save time. */
const level = constants.Z_BEST_SPEED

/** Of a large value, so much from its middle is tried first: where that does not get smaller, it is encoded already. */
const sampleBytes = 2_048

/** A value is held compressed only if that saves at least this share of it, because every read has to undo it. */
const leastSaved = 1 / 16

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** The value as it is to be held: compressed if it has at least `above` bytes and that saves enough. */
export async function held(bytes: Uint8Array, above: number): Promise<HeldValue> {
  const plain: HeldValue = { bytes, length: bytes.byteLength, isDeflated: false }
  if (bytes.byteLength < above || !isWorthTrying(bytes)) return plain
  const smaller = await deflate(bytes, { level })
  return isSaving(smaller.byteLength, bytes.byteLength)
    ? { ...plain, bytes: smaller, isDeflated: true }
    : plain
}

/**
 * The value of a frame that holds it compressed. Never makes more bytes of it than the frame announces, nor more than `most`,
 * so that damaged or hostile bytes cannot fill the memory.
 * @throws NoFrame
 */
export async function whole({ bytes, length }: HeldValue, most: number): Promise<Uint8Array> {
  if (length > most) throw new NoFrame('larger than any that is stored')
  let value: Uint8Array
  try {
    value = await inflate(bytes, { maxOutputLength: Math.max(1, length) })
  } catch (error) {
    throw new NoFrame('not to be made whole again', { cause: error })
  }
  if (value.byteLength !== length) throw new NoFrame('of another length than it says')
  return new Uint8Array(value.buffer, value.byteOffset, length)
}

function isWorthTrying(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= 2 * sampleBytes) return true
  const middle = (bytes.byteLength - sampleBytes) >>> 1
  const sample = deflateRawSync(bytes.subarray(middle, middle + sampleBytes), { level })
  return isSaving(sample.byteLength, sampleBytes)
}

function isSaving(after: number, before: number): boolean {
  return after <= before * (1 - leastSaved)
}
