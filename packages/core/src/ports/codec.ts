/** How a value becomes bytes in a backend that is not this process's memory. */
export interface Codec<T = unknown> {
  /** Names the format in stored values, so that another format is recognised instead of misread. */
  readonly id: string
  /** Throws a `ForebayError` for a value that the format cannot hold exactly. */
  encode(value: T): Uint8Array
  /** Throws for bytes that it did not make; the caller treats that as a miss. */
  decode(bytes: Uint8Array): T
}
