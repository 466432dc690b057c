/** What stands under a name, read with suspicion: it is an entry of this cache, or counts as nothing. */
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

/** The largest entry that is stored. Redis would take 512 MiB, but answer nobody else for a second. */
export const mostBytes: number = 128 * 2 ** 20

export interface Looking {
  readonly scope: CacheScope
  readonly marks: MarksStore
  readonly now: number
}

/** Undefined for what is over or outrun by a mark; and for what is no entry of the scope's codec, which the scope is told. */
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

/** The same for the head of an entry, without judging its life. */
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
 * A small part of a large chunk from the socket is copied: the entry would keep the whole chunk in memory for as long as it is
 * held. So it keeps at most four times its own size, or the 8 KiB pool that Node makes small Buffers from.
 */
function owned(bytes: Buffer): Buffer {
  return bytes.length * 4 >= bytes.buffer.byteLength ? bytes : Buffer.from(bytes)
}
