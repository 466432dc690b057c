/** Keys of fixed length for texts of any. */
import { hash } from 'node:crypto'
import { digest } from '@forebay/core'

/** 160 bits: nobody finds two texts that share a name. */
export const nameBytes = 20

/** Unpaired surrogates would all be the same in UTF-8. */
const surrogate = /[\ud800-\udfff]/

export function nameOf(text: string): Buffer {
  const bytes = surrogate.test(text) ? Buffer.from(digest(text), 'base64url') : hash('sha256', text, 'buffer')
  return bytes.subarray(0, nameBytes)
}

/** Of two texts; no other two have it. */
export function nameOfPair(first: string, second: string): Buffer {
  return nameOf(`${first.length}:${first}${second}`)
}
