/** What stands under a name, read with suspicion: an entry of this cache, or nothing. */
import {
  expectCodec,
  readFrame,
  readFrameHead,
  type CacheScope,
  type FoundEntry,
  type FrameHead,
  type MaybePromise,
} from '@forebay/core'
import { whole } from './compression.ts'
import type { MarksStore } from './marks-store.ts'

/** Redis would take 512 MiB, and do nothing else for a second. */
export const mostBytes: number = 128 * 2 ** 20

export interface Looking {
  readonly scope: CacheScope
  readonly marks: MarksStore
  readonly now: number
}

/** Undefined for what is over or outrun, and, told to the scope, for what is no entry of its codec. */
export function foundEntry(
  { scope, marks, now }: Looking,
  bytes: Buffer,
): MaybePromise<FoundEntry | undefined> {
  try {
    const { held, codecId, length: _, ...entry } = readFrame(owned(bytes))
    if (entry.deleteAt <= now || marks.isOutrun(entry)) return undefined
    expectCodec(scope.codec, codecId)
    const foundAs = (value: Uint8Array): FoundEntry => ({
      entry: { value: scope.codec.decode(value), ...entry },
      softened: marks.isSoftened(entry),
    })
    if (!held.isDeflated) return foundAs(held.bytes)
    return whole(held, mostBytes).then(foundAs).catch(refusedBy(scope))
  } catch (error) {
    return refusedBy(scope)(error)
  }
}

/** The same of what stands before the value. */
export function foundHead(scope: CacheScope, bytes: Buffer): FrameHead | undefined {
  try {
    const head = readFrameHead(bytes)
    expectCodec(scope.codec, head.codecId)
    return head
  } catch (error) {
    return refusedBy(scope)(error)
  }
}

function refusedBy(scope: CacheScope): (error: unknown) => undefined {
  return (error) => {
    scope.undecodable(error)
    return undefined
  }
}

/**
 * Bytes that do not keep the memory of a whole batch of replies alive for as long as the entry is held: at most four times
 * their own, or the 8 KiB from which Node gives small Buffers their memory.
 */
function owned(bytes: Buffer): Buffer {
  return bytes.length * 4 >= bytes.buffer.byteLength ? bytes : Buffer.from(bytes)
}
