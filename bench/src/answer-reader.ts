/** Knows where one answer on a connection ends: by its head, by Content-Length, or by the last chunk. */
export class AnswerReader {
  readonly #statusLine: string
  #missing = 0
  #chunked = false
  /** The last bytes so far: the end may come in pieces. */
  #tail = ''

  constructor(expectedStatus: number) {
    this.#statusLine = `HTTP/1.1 ${expectedStatus}`
  }

  /** Throws when it is not the answer that was expected. */
  isComplete(chunk: Buffer): boolean {
    if (this.#chunked) return this.#endsChunked(chunk)
    if (this.#missing > 0) {
      this.#missing -= chunk.length
      return this.#missing <= 0
    }
    const headEnd = chunk.indexOf('\r\n\r\n')
    const head = chunk.toString('latin1', 0, headEnd)
    if (!head.startsWith(this.#statusLine))
      throw new Error(`it answers ${head.split('\r\n', 1)[0]} instead of ${this.#statusLine}`)
    if (head.startsWith('HTTP/1.1 304')) return true
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (length === undefined) {
      this.#chunked = true
      return this.#endsChunked(chunk)
    }
    this.#missing = Number(length) - (chunk.length - headEnd - 4)
    return this.#missing <= 0
  }

  #endsChunked(chunk: Buffer): boolean {
    const end = '0\r\n\r\n'
    const last = chunk.toString('latin1', Math.max(0, chunk.length - end.length))
    this.#tail = `${this.#tail}${last}`.slice(-end.length)
    if (this.#tail !== end) return false
    this.#chunked = false
    this.#tail = ''
    return true
  }
}
