/** What was read from a journal as batches: of each key the newest value, and all records that it stands for. */
import type { BoundedMap } from '../../kit/bounded-map.ts'
import { asError } from '../../kit/as-error.ts'
import type { Codec } from '../../ports/codec.ts'
import type { JournaledRecord } from '../../ports/journal.ts'
import type { HeldReader } from './held-reader.ts'
import { decodeWrite, labelled } from './journal-format.ts'
import type { Batch } from './write-queue.ts'

/** The records of one key. */
export interface Found {
  newest: JournaledRecord
  readonly ids: string[]
  readonly writers: NewestRead
}

/** By writer, the sequence of its newest write that was read here, now or earlier. */
export type NewestRead = BoundedMap<string, number>

export interface JournalBatch<T> extends Batch<T> {
  /** Of all records that need nothing any more when the batch is flushed. */
  readonly ids: readonly string[]
}

export interface BatchRules {
  readonly codec: Codec
  readonly held: HeldReader
  /** Keys in one batch. */
  readonly most: number
  /** Whether the journal was read to its end. */
  readonly isAll: boolean
}

interface Decoded<T> {
  readonly entry: readonly [key: string, value: T]
  readonly ids: readonly string[]
  readonly error: Error | undefined
}

/** What can be read goes first. No two batches have a key in common. */
export function batchesOf<T>(found: ReadonlyMap<string, Found>, rules: BatchRules): JournalBatch<T>[] {
  const readable: Decoded<T>[] = []
  const unreadable: Decoded<T>[] = []
  for (const [key, { newest, ids }] of found) {
    try {
      const value = decodeWrite(rules.codec, newest.value) as T
      readable.push({ entry: [key, value], ids, error: undefined })
    } catch (caught) {
      const error = asError(caught)
      unreadable.push({ entry: [key, newest.value as T], ids, error })
    }
  }
  const batches = [readable, unreadable].flatMap((all) => cut(all, rules))
  // A write that was not among those read is newer than they are: what is older has been read before.
  const isNewer = (key: string, labels: readonly string[]): boolean => {
    const write = labelled(labels)
    return write !== undefined && write.sequence > (found.get(key)?.writers.get(write.writer) ?? -1)
  }
  return batches.map((batch, index) => ({
    ...batch,
    isNewer,
    isLast: rules.isAll && index === batches.length - 1,
  }))
}

function cut<T>(all: readonly Decoded<T>[], { held, most }: BatchRules): JournalBatch<T>[] {
  const batches: JournalBatch<T>[] = []
  for (let from = 0; from < all.length; from += most) {
    const part = all.slice(from, from + most)
    batches.push({
      entries: part.map(({ entry }) => entry),
      ids: part.flatMap(({ ids }) => ids),
      isLast: false,
      isNewer: () => false,
      token: held.reader.token,
      unreadable: part[0]?.error,
      lost: held.lost,
    })
  }
  return batches
}
