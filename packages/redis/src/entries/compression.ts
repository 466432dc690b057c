/** Values made smaller on their way to Redis, where that is asked for and worth it. */
import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib'
import { NoFrame, type HeldValue } from '@forebay/core'

/** Fast: the time goes off the time that the next request saves. */
const level = constants.Z_BEST_SPEED

/** What does not get smaller here is encoded already, and not tried as a whole. */
const sampleBytes = 2_048

/** A value is held smaller only if at least this share of it is saved: reading it costs time as well. */
const leastSaved = 1 / 16

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** The value as it is to be held: smaller, if it has at least `above` bytes and gets smaller by it. */
export async function held(bytes: Uint8Array, above: number): Promise<HeldValue> {
  const plain: HeldValue = { bytes, length: bytes.byteLength, isDeflated: false }
  if (bytes.byteLength < above || !isWorthTrying(bytes)) return plain
  const smaller = await deflate(bytes, { level })
  return isSaving(smaller.byteLength, bytes.byteLength)
    ? { ...plain, bytes: smaller, isDeflated: true }
    : plain
}

/**
 * The value as it was. Never makes more bytes of it than the frame announces, nor more than `most`.
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
