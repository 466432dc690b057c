/** The bytes of one response as they pass, kept as long as there are not too many. */

/**
 * Copies every chunk at once, because whoever wrote it may use the memory again, and ends with one buffer of its own,
 * because a slice of a shared pool would keep the whole pool alive for as long as the response is stored.
 */
export class BodyRecording {
  readonly #maxBytes: number
  #whole: Buffer | undefined
  #chunks: Buffer[] = []
  #bytes = 0
  #isTooLarge = false

  /** @param expectedBytes when known, so that the body is copied once instead of twice. */
  constructor(maxBytes: number, expectedBytes: number | undefined) {
    this.#maxBytes = maxBytes
    if (expectedBytes !== undefined && expectedBytes <= maxBytes) {
      this.#whole = Buffer.allocUnsafeSlow(expectedBytes)
    }
  }

  /** Bytes seen, also those that were not kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether all the bytes that were announced are here. */
  get isComplete(): boolean {
    return this.#whole !== undefined && this.#bytes === this.#whole.byteLength
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge
  }

  add(chunk: Uint8Array): void {
    const from = this.#bytes
    this.#bytes += chunk.byteLength
    if (this.#isTooLarge) return
    if (this.#bytes > this.#maxBytes) {
      this.#isTooLarge = true
      this.#whole = undefined
      this.#chunks = []
    } else if (this.#whole === undefined) {
      this.#chunks.push(Buffer.from(chunk))
    } else if (this.#bytes <= this.#whole.byteLength) {
      this.#whole.set(chunk, from)
    }
  }

  /** The whole body; undefined when it was too large, or not of the expected length. */
  finish(): Buffer | undefined {
    if (this.#isTooLarge) return undefined
    if (this.#whole !== undefined) return this.#bytes === this.#whole.byteLength ? this.#whole : undefined
    const body = Buffer.allocUnsafeSlow(this.#bytes)
    let at = 0
    for (const chunk of this.#chunks) at += chunk.copy(body, at)
    return body
  }
}
