/** MessagePack as values; of bytes that anybody may have written. */
import { putMember } from './value-path.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const timestamp = -1

/** Throws for bytes that are not MessagePack, or that say what the writer never does. */
export class MsgpackReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw damaged('more bytes than a value')
  }

  read(): unknown {
    const code = this.#natural(1)
    if (code < 0x80) return code
    if (code >= 0xe0) return code - 0x1_00
    if (code < 0x90) return this.#record(code & 0x0f)
    if (code < 0xa0) return this.#array(code & 0x0f)
    if (code < 0xc0) return this.#text(code & 0x1f)
    return this.#coded(code)
  }

  #coded(code: number): unknown {
    if (code === 0xc0) return null
    if (code === 0xc2 || code === 0xc3) return code === 0xc3
    if (code >= 0xc4 && code <= 0xc6) return Buffer.from(this.#slice(this.#natural(1 << (code - 0xc4))))
    if (code >= 0xc7 && code <= 0xc9) return this.#extension(this.#natural(1 << (code - 0xc7)))
    if (code >= 0xcc && code <= 0xce) return this.#natural(1 << (code - 0xcc))
    if (code >= 0xd4 && code <= 0xd8) return this.#extension(1 << (code - 0xd4))
    if (code >= 0xd9 && code <= 0xdb) return this.#text(this.#natural(1 << (code - 0xd9)))
    if (code === 0xdc || code === 0xdd) return this.#array(this.#natural(2 << (code - 0xdc)))
    if (code === 0xde || code === 0xdf) return this.#record(this.#natural(2 << (code - 0xde)))
    return this.#number(code)
  }

  #number(code: number): number | bigint {
    switch (code) {
      case 0xca:
        return this.#slice(4).readFloatBE()
      case 0xcb:
        return this.#slice(8).readDoubleBE()
      case 0xcf:
        return this.#slice(8).readBigUInt64BE()
      case 0xd0:
        return this.#slice(1).readInt8()
      case 0xd1:
        return this.#slice(2).readInt16BE()
      case 0xd2:
        return this.#slice(4).readInt32BE()
      case 0xd3:
        return this.#slice(8).readBigInt64BE()
      default:
        throw damaged(`the code ${code}`)
    }
  }

  #natural(bytes: number): number {
    return this.#slice(bytes).readUIntBE(0, bytes)
  }

  #text(bytes: number): string {
    return strictUtf8.decode(this.#slice(bytes))
  }

  #array(length: number): unknown[] {
    this.#checkLeft(length)
    const value: unknown[] = []
    for (let index = 0; index < length; index++) value.push(this.read())
    return value
  }

  #record(length: number): Record<string, unknown> {
    this.#checkLeft(2 * length)
    const value: Record<string, unknown> = {}
    for (let index = 0; index < length; index++) {
      const key = this.read()
      if (typeof key !== 'string') throw damaged('a key that is no text')
      putMember(value, key, this.read())
    }
    return value
  }

  #extension(bytes: number): Date {
    const type = this.#slice(1).readInt8()
    const body = this.#slice(bytes)
    if (type !== timestamp) throw damaged(`the extension ${type}`)
    if (bytes === 4) return new Date(body.readUInt32BE() * 1_000)
    if (bytes === 12)
      return new Date(Number(body.readBigInt64BE(4)) * 1_000 + body.readUInt32BE() / 1_000_000)
    if (bytes !== 8) throw damaged('a timestamp of another length')
    const packed = body.readBigUInt64BE()
    return new Date(Number(packed & 0x3_ff_ff_ff_ffn) * 1_000 + Number(packed >> 34n) / 1_000_000)
  }

  #slice(bytes: number): Buffer {
    this.#checkLeft(bytes)
    this.#at += bytes
    return this.#bytes.subarray(this.#at - bytes, this.#at)
  }

  /** Every item takes a byte at least: a count alone reserves nothing. */
  #checkLeft(bytes: number): void {
    if (bytes > this.#bytes.byteLength - this.#at) throw damaged('cut off')
  }
}

function damaged(how: string): TypeError {
  return new TypeError(`these bytes are no value in MessagePack: ${how}`)
}
