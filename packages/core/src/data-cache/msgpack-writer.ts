/** Values as MessagePack, in the shortest form of each. */
import { types } from 'node:util'
import { isPlain, isPlainArray, nameOf, ValuePath } from './value-path.ts'

const firstBytes = 256

/** Unpaired surrogates, which UTF-8 cannot say. */
const unpaired = /\p{Surrogate}/u

export class MsgpackWriter {
  readonly #path = new ValuePath('msgpack')
  #buffer = Buffer.allocUnsafe(firstBytes)
  #at = 0

  /** A copy that is exactly as long as what was written. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#at))
  }

  write(value: unknown): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'boolean') this.#byte(value ? 0xc3 : 0xc2)
    else if (value === null) this.#byte(0xc0)
    else if (typeof value === 'bigint') this.#bigint(value)
    else if (typeof value === 'object') this.#object(value)
    else if (value === undefined) throw this.#path.refused('undefined', 'null, or leave it out')
    else throw this.#path.refused(`a ${typeof value}`)
  }

  #number(value: number): void {
    if (!Number.isInteger(value) || Object.is(value, -0) || value > 0xff_ff_ff_ff || value < -0x80_00_00_00) {
      this.#at = this.#head(0xcb, 8).writeDoubleBE(value, this.#at)
    } else if (value >= 0) {
      this.#natural(value)
    } else if (value >= -32) {
      this.#byte(0x1_00 + value)
    } else if (value >= -0x80) {
      this.#at = this.#head(0xd0, 1).writeInt8(value, this.#at)
    } else if (value >= -0x80_00) {
      this.#at = this.#head(0xd1, 2).writeInt16BE(value, this.#at)
    } else {
      this.#at = this.#head(0xd2, 4).writeInt32BE(value, this.#at)
    }
  }

  #natural(value: number): void {
    if (value < 0x80) this.#byte(value)
    else this.#sized(value, [0xcc, 0xcd, 0xce])
  }

  #bigint(value: bigint): void {
    if (value !== BigInt.asIntN(64, value) && value !== BigInt.asUintN(64, value)) {
      throw this.#path.refused('a BigInt of more than 64 bits')
    }
    if (value < 0n) this.#at = this.#head(0xd3, 8).writeBigInt64BE(value, this.#at)
    else this.#at = this.#head(0xcf, 8).writeBigUInt64BE(value, this.#at)
  }

  #text(value: string): void {
    if (unpaired.test(value)) throw this.#path.refused('a text with an unpaired surrogate')
    const length = Buffer.byteLength(value)
    if (length < 32) this.#byte(0xa0 | length)
    else this.#sized(length, [0xd9, 0xda, 0xdb])
    this.#at += this.#room(length).write(value, this.#at)
  }

  #object(value: object): void {
    if (types.isUint8Array(value)) return this.#binary(value)
    if (types.isDate(value)) return this.#date(value)
    this.#path.open(value)
    if (Array.isArray(value)) this.#array(value)
    else this.#record(value)
    this.#path.close()
  }

  #binary(value: Uint8Array): void {
    this.#sized(value.byteLength, [0xc4, 0xc5, 0xc6])
    this.#room(value.byteLength).set(value, this.#at)
    this.#at += value.byteLength
  }

  /** Timestamp 96: nanoseconds, then seconds. */
  #date(value: Date): void {
    const ms = value.getTime()
    if (Number.isNaN(ms)) throw this.#path.refused('an invalid Date')
    const seconds = Math.floor(ms / 1_000)
    this.#byte(0xc7)
    this.#byte(12)
    this.#byte(0xff)
    this.#at = this.#room(12).writeUInt32BE((ms - seconds * 1_000) * 1_000_000, this.#at)
    this.#at = this.#buffer.writeBigInt64BE(BigInt(seconds), this.#at)
  }

  #array(value: readonly unknown[]): void {
    if (!isPlainArray(value)) throw this.#path.refused('an array of a class')
    if (Object.keys(value).length !== value.length) {
      throw this.#path.refused('an array with holes, or with named members')
    }
    if (value.length < 16) this.#byte(0x90 | value.length)
    else this.#sized(value.length, [undefined, 0xdc, 0xdd])
    for (const [index, item] of value.entries()) {
      this.#path.enter(index)
      this.write(item)
      this.#path.leave()
    }
  }

  #record(value: object): void {
    if (!isPlain(value)) throw this.#path.refused(nameOf(value))
    if (Object.getOwnPropertySymbols(value).length > 0) throw this.#path.refused('an object with symbol keys')
    const members = Object.entries(value)
    if (members.length < 16) this.#byte(0x80 | members.length)
    else this.#sized(members.length, [undefined, 0xde, 0xdf])
    for (const [key, member] of members) {
      this.#path.enter(key)
      this.#text(key)
      this.write(member)
      this.#path.leave()
    }
  }

  /** A length or a number in 1, 2 or 4 bytes, behind the code for that. */
  #sized(size: number, codes: readonly [number | undefined, number, number]): void {
    const [one, two, four] = codes
    if (one !== undefined && size < 0x1_00) this.#at = this.#head(one, 1).writeUInt8(size, this.#at)
    else if (size < 0x1_00_00) this.#at = this.#head(two, 2).writeUInt16BE(size, this.#at)
    else this.#at = this.#head(four, 4).writeUInt32BE(size, this.#at)
  }

  #byte(value: number): void {
    this.#at = this.#room(1).writeUInt8(value, this.#at)
  }

  /** Writes the code, and makes room for what follows it. */
  #head(code: number, bytes: number): Buffer {
    this.#byte(code)
    return this.#room(bytes)
  }

  #room(bytes: number): Buffer {
    const needed = this.#at + bytes
    if (needed > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.byteLength))
      larger.set(this.#buffer.subarray(0, this.#at))
      this.#buffer = larger
    }
    return this.#buffer
  }
}
