/** Whether a file is what lmdb made, and all there: lmdb itself believes it, and the process ends where it is not so. */
import { closeSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { endianness } from 'node:os'

/** Of every file that is made here, whatever the system's pages are. */
export const pageBytes = 4_096

/** In each of the first two pages, on 64-bit systems, little-endian; of lmdb 3.5. */
const meta = { magic: 24, version: 28, pageBytes: 48, lastPage: 144, transaction: 152, length: 160 } as const

const magic = 0xbe_ef_c0_de

/** Pages that were never used need not be in the file; more than this is no such oversight. */
const mostMissing = 256

/** Undefined for a file that may be opened: one that is sound, or empty, or not there. Otherwise what is wrong with it. */
export function whatIsWrongWith(file: string): string | undefined {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return undefined
  const bytes = Buffer.alloc(2 * pageBytes)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(handle)
  }
  const metas = [bytes.subarray(0, meta.length), bytes.subarray(pageBytes, pageBytes + meta.length)]
  if (!metas.every((one) => one.readUInt32LE(meta.magic) === magic)) return 'it is not a file of forebay'
  if (endianness() !== 'LE' || !/64|s390x/.test(process.arch)) return undefined
  if (!metas.every((one) => one.readUInt32LE(meta.pageBytes) === pageBytes)) return 'it is of another kind'
  const newest = metas.reduce((one, other) => (transactionOf(other) > transactionOf(one) ? other : one))
  const lastPage = Number(newest.readBigUInt64LE(meta.lastPage))
  const whole = (lastPage + 1) * pageBytes
  if (whole - size > mostMissing * pageBytes) return 'it was cut off'
  // A page that is not in the file, and is read all the same, would end the process.
  if (whole > size) truncateSync(file, whole)
  return undefined
}

function transactionOf(page: Buffer): bigint {
  return page.readBigUInt64LE(meta.transaction)
}
