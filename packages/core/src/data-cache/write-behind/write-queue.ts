/** Where writes wait between their acceptance and their flush. */

/** What is flushed at once: of each key one value. */
export interface Batch<T> {
  readonly entries: readonly (readonly [key: string, value: T])[]
  /** Fencing token of whoever flushes: greater than that of every earlier one. Always 0 where there is only this process. */
  readonly token: number
  /** Whether what carries these labels in the cache was written after all that this batch stands for. */
  isNewer(key: string, labels: readonly string[]): boolean
  /** Nothing else waited when it was taken. */
  readonly isLast: boolean
  /** Why it cannot be flushed at all: it was accepted in a format that this process cannot read. Its values are bytes then. */
  readonly unreadable: Error | undefined
  /** Aborted when another process may flush these entries from now on. */
  readonly lost: AbortSignal | undefined
}

/** `empty`: nothing waits. `elsewhere`: another process flushes at the moment. */
export type Taken<Some> = Some | 'empty' | 'elsewhere'

/** Batches are taken one at a time: the next one after `done` or `putBack`. */
export interface WriteQueue<T, Some extends Batch<T> = Batch<T>> {
  /** Keys with accepted writes that wait, as far as this process knows. */
  readonly size: number
  /** Whether they survive the process. */
  readonly durable: boolean
  /** Resolves when the write is accepted, with the label by which its value is known in the cache. Rejects when there is no room for too long, and when the queue is closed. */
  add(key: string, value: T): Promise<string | undefined>
  /** The oldest writes, of each key the newest value that is known, at most `most` keys. */
  take(most: number): Promise<Taken<Some>>
  /** The batch needs nothing any more. */
  done(batch: Some): Promise<void>
  /** Nothing is taken for a while. What was accepted before the last batch was taken is done. */
  rest(): Promise<void>
  /** The batch is to be taken again, before anything newer. */
  putBack(batch: Some): Promise<void>
  /** Whether a newer write of the key than the batch that was taken last is known here. */
  hasNewer(key: string): boolean
  /** Accepts nothing any more; who waits for room is refused. */
  close(): void
  /** Lets go of what waits, and of the batch that is out: nothing is taken any more. Returns what ends with this process. */
  abandon(): Promise<Some['entries']>
}
