/** Floats and short texts in a row, little-endian. */

const floatBytes = 8

export class NumberWriter {
  #bytes = Buffer.allocUnsafe(256)
  #at = 0

  float(number: number): void {
    this.#reserve(floatBytes)
    this.#at = this.#bytes.writeDoubleLE(number, this.#at)
  }

  floats(numbers: readonly number[]): void {
    this.float(numbers.length)
    for (const number of numbers) this.float(number)
  }

  text(text: string): void {
    // JSON keeps every text exactly, unpaired surrogates too.
    const bytes = Buffer.from(JSON.stringify(text))
    this.float(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + bytes))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

export class NumberReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  float(): number {
    const number = this.#bytes.readDoubleLE(this.#at)
    this.#at += floatBytes
    return number
  }

  floats(): readonly number[] {
    const numbers: number[] = []
    for (let left = this.float(); left > 0; left--) numbers.push(this.float())
    return numbers
  }

  text(): string {
    const length = this.float()
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length)
    this.#at += length
    return JSON.parse(text) as string
  }
}
