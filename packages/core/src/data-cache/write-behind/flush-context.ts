/** What the app's flush is told. */

/** What a flush is told beside its entries. */
export interface FlushContext {
  /** Aborted when the flush has taken too long, or when another process may flush the same entries from now on. */
  readonly signal: AbortSignal
  /** 1 for the first attempt, 2 after the first failure. */
  readonly attempt: number
  /**
   * Fencing token: greater than that of every earlier process that flushed for this cache. A source that refuses smaller
   * ones is safe even from a process that was suspended in the middle of a flush. Always 0 without a journal.
   */
  readonly token: number
}
