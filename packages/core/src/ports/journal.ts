/** A log of what was accepted and is still to be done, kept where it outlives the process: what durable write-behind stands on. */
import type { MaybePromise } from './maybe-promise.ts'

export interface JournalRecord {
  readonly key: string
  readonly value: Uint8Array
}

export interface JournaledRecord extends JournalRecord {
  /** Its place in the stream. */
  readonly id: string
  /** An earlier reader took it, and may have done what it is about. */
  readonly wasTaken: boolean
}

/**
 * Streams of records, each stream in the order in which its records were accepted. A record stays until a reader
 * acknowledges it; a stream that nobody appends to or reads for a long time (30 days in Redis) may be forgotten.
 */
export interface Journal {
  /**
   * Adds records at the end, in the order given: the first ones, as many as fit while the stream keeps at most `most`.
   * Resolves with how many that were; from then on the death of this process loses none of them. When it rejects, nobody
   * knows whether they were added.
   */
  append(stream: string, records: readonly JournalRecord[], most: number): MaybePromise<number>
  /** Becomes the one reader of the stream, for `ttlMs` or until released; undefined while another one is. */
  open(stream: string, ttlMs: number): MaybePromise<JournalReader | undefined>
}

/** Once its time is over, or another reader has come, every method answers that it is lost, and changes nothing. */
export interface JournalReader {
  /** Fencing token: greater than that of every earlier reader of the stream. */
  readonly token: number
  /**
   * The next records, from one to `most` of them, in the order of the stream; each once. What earlier readers took and
   * did not acknowledge comes first. Empty: there are no more for now. Undefined: lost.
   */
  read(most: number): MaybePromise<readonly JournaledRecord[] | undefined>
  /** These records are done: nobody reads them again. False: lost, and they will be read again. */
  acknowledge(ids: readonly string[]): MaybePromise<boolean>
  /** Prolongs its time to `ttlMs` from now. False: lost. */
  renew(ttlMs: number): MaybePromise<boolean>
  /** Lets another reader come. What was read and not acknowledged is read again. Calling it again does nothing. */
  release(): MaybePromise<void>
}
