/** What is known of one stream of a journal beside its records. */

export interface Stream {
  /** Number of the latest record. */
  readonly last: number
  /** Records that are not acknowledged. */
  readonly size: number
  /** Number of the last record that any reader took. */
  readonly taken: number
  /** Of the latest reader, and when its time is over. */
  readonly token: number
  readonly until: number
}

export const noStream: Stream = { last: 0, size: 0, taken: 0, token: 0, until: 0 }

const floatBytes = 8

export function writeStream({ last, size, taken, token, until }: Stream): Buffer {
  const bytes = Buffer.alloc(5 * floatBytes)
  for (const [index, number] of [last, size, taken, token, until].entries()) {
    bytes.writeDoubleLE(number, index * floatBytes)
  }
  return bytes
}

export function readStream(bytes: Buffer): Stream {
  const number = (index: number): number => bytes.readDoubleLE(index * floatBytes)
  return { last: number(0), size: number(1), taken: number(2), token: number(3), until: number(4) }
}
