import { isDeepStrictEqual } from 'node:util'
import { compressed, json, msgpack, structured, type Codec } from '@forebay/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const around = (codec: Codec, value: unknown): unknown => codec.decode(codec.encode(value))

class Rows extends Array {}

class Account {
  id = 1
}

const cycle: unknown[] = []
cycle.push({ self: cycle })
const sparse: unknown[] = [1]
sparse[2] = 3
const named = Object.assign([1], { extra: 2 })
const nested = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

const codecs = { json, msgpack, structured, 'json compressed': compressed(json, { above: 0 }) }

describe.each(Object.entries(codecs))('%s', (_, codec) => {
  it('holds exactly what JSON holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(around(codec, value)).toStrictEqual(value)
      }),
    )
  })

  it.each([[-0], [{ deep: [-0, 0] }], [Number.MAX_SAFE_INTEGER], [-(2 ** 31)], [2 ** 32], [5e-324]])(
    'holds %j',
    (value) => expect(around(codec, value)).toStrictEqual(value),
  )

  it('keeps __proto__ as a member, and nobody a prototype', () => {
    const value: unknown = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}')
    const back = around(codec, value) as object
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(Object.keys(back)).toEqual(['__proto__', 'constructor'])
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  it('refuses functions, symbols, also as keys, and classes, with their path', () => {
    for (const bad of [() => 1, Symbol('s'), { [Symbol('s')]: 1 }, new Account()]) {
      expect(() => codec.encode({ list: [bad] })).toThrow(
        expect.objectContaining({
          code: 'FOREBAY_INVALID_VALUE',
          message: expect.stringContaining('$.list[0]'),
        }),
      )
    }
  })

  it('takes bytes that it did not make for what they are, or throws, and does nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          codec.decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe.each([
  ['json', json],
  ['msgpack', msgpack],
])('%s', (_, codec) => {
  it.each([
    ['undefined', { a: { b: undefined } }, '$.a.b is undefined'],
    ['undefined in a list', [1, undefined], '$[1] is undefined'],
    ['a Map', { m: new Map() }, '$.m is a Map'],
    ['a Set', new Set(), '$ is a Set'],
    ['a hole', { s: sparse }, '$.s is an array with holes'],
    ['a named member', named, 'named members'],
    ['an array of a class', [new Rows(1)], '$[0] is an array of a class'],
    ['a symbol key', { [Symbol('s')]: 1 }, 'symbol keys'],
    ['a cycle', cycle, '$[0].self is a cycle'],
    ['a RegExp', { r: /x/ }, '$.r is a RegExp'],
    ['an Error', new Error('x'), '$ is an Error'],
    ['a boxed text', Object('x'), '$ is a String'],
    ['a Promise', [Promise.resolve()], '$[0] is a Promise'],
    ['too deep a nest', nested(50_000), 'nested too deeply'],
  ])('refuses %s', (_name, value, words) => {
    expect(() => codec.encode(value)).toThrow(words)
  })
})

it.each([
  ['a Date', new Date(0), 'is a Date'],
  ['a BigInt', 1n, 'is a bigint'],
  ['a Buffer', Buffer.from('x'), 'is a Uint8Array'],
  ['NaN', NaN, 'is NaN'],
  ['Infinity', -Infinity, 'is -Infinity'],
])('json refuses %s', (_, value, words) => {
  expect(() => json.encode({ value })).toThrow(`$.value ${words}`)
})

it('takes an object without a prototype for a plain one', () => {
  expect(around(json, Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 })
})

it('json holds unpaired surrogates, which msgpack refuses', () => {
  expect(around(json, '\uD800')).toBe('\uD800')
  expect(() => msgpack.encode({ t: '\uD800' })).toThrow('unpaired surrogate')
  expect(around(msgpack, '😀')).toBe('😀')
})

it('structured holds Dates, Maps, Sets, BigInts, Buffers and cycles', () => {
  const value = {
    date: new Date(5),
    map: new Map<unknown, unknown>([[{ k: 1 }, new Set([1n])]]),
    buffer: Buffer.from('abc'),
    floats: new Float32Array([1.5]),
    gone: undefined,
    not: NaN,
  }
  expect(around(structured, value)).toStrictEqual(value)
  const back = around(structured, cycle) as { self: unknown }[]
  expect(back[0]?.self).toBe(back)
  expect(() => structured.encode(new Map([['a', new Account()]]))).toThrow('is a Account')
  expect(() => structured.encode({ p: Promise.resolve() })).toThrow('a Promise')
})

it('structured refuses what V8 would make something plainer of', () => {
  class Index extends Map<string, number> {}
  class Tags extends Set<string> {}
  expect(() => structured.encode({ a: new Index() })).toThrow('$.a is a Map of a class')
  expect(() => structured.encode([new Tags()])).toThrow('$[0] is a Set of a class')
})

it('structured gives Buffers of their own', () => {
  const bytes = structured.encode({ buffer: Buffer.from('abc') })
  const first = structured.decode(bytes) as { buffer: Buffer }
  first.buffer.fill(0)
  expect(structured.decode(bytes)).toStrictEqual({ buffer: Buffer.from('abc') })
})

describe('msgpack', () => {
  it('holds Dates, Buffers, BigInts, NaN and infinities', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            date: fc.date({ noInvalidDate: true }),
            big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
            bytes: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
            double: fc.double(),
            integer: fc.maxSafeInteger(),
            text: fc.string({ unit: 'binary', maxLength: 40 }),
            list: fc.array(fc.integer(), { maxLength: 40 }),
          },
          { noNullPrototype: true },
        ),
        (value) => {
          expect(around(msgpack, value)).toStrictEqual(value)
        },
      ),
    )
  })

  it.each([
    [2n ** 64n, 'more than 64 bits'],
    [new Date(NaN), 'an invalid Date'],
  ])('refuses %s', (value, words) => expect(() => msgpack.encode(value)).toThrow(words))

  it('takes long texts, lists, records and bytes', () => {
    for (const length of [31, 32, 255, 256, 65_535, 65_536]) {
      const texts = Array.from({ length }, (_, index) => String(index))
      const value = {
        text: 'x'.repeat(length),
        texts,
        record: Object.fromEntries(texts.map((text) => [text, 1])),
        bytes: Buffer.alloc(length, 1),
      }
      // Faster than `expect` for what is as large as this.
      expect(isDeepStrictEqual(around(msgpack, value), value)).toBe(true)
    }
  })

  // The specification's own forms: https://github.com/msgpack/msgpack/blob/master/spec.md
  it.each([
    [null, 'c0'],
    [true, 'c3'],
    [127, '7f'],
    [128, 'cc80'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [65_536, 'ce00010000'],
    [1.5, 'cb3ff8000000000000'],
    ['é', 'a2c3a9'],
    [[1, [2]], '92019102'],
    [{ a: 1 }, '81a16101'],
    [Buffer.from([1]), 'c40101'],
    [5n, 'cf0000000000000005'],
    [new Date(1_500), 'c70cff1dcd65000000000000000001'],
  ])('writes %s as %s', (value, bytes) => expect(hex(msgpack.encode(value))).toBe(bytes))

  it('reads what other writers write', () => {
    expect(msgpack.decode(unhex('ca3fc00000'))).toBe(1.5)
    expect(msgpack.decode(unhex('d9 02 c3a9 a0'.slice(0, -3)))).toBe('é')
    expect(msgpack.decode(unhex('d6ff00000002'))).toEqual(new Date(2_000))
    expect(msgpack.decode(unhex('d7ff 773594000000000 1'))).toEqual(new Date(1_500))
  })

  it.each([
    ['', 'cut off'],
    ['ddffffffff', 'cut off'],
    ['c6ffffffff00', 'cut off'],
    ['dfffffffffa0', 'cut off'],
    ['810101', 'a key that is no text'],
    ['c1', 'the code 193'],
    ['d40100', 'the extension 1'],
    ['0101', 'more bytes than a value'],
  ])('refuses the bytes %s', (bytes, words) => expect(() => msgpack.decode(unhex(bytes))).toThrow(words))

  it('is not brought down by bytes that nest without end', () => {
    expect(() => msgpack.decode(new Uint8Array(1_000_000).fill(0x91))).toThrow(RangeError)
  })
})
