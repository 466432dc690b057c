/** Which calls are the same to a memoized function. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCache } from '@forebay/core'
import { argumentKey } from '../../../packages/core/src/data-cache/memoize/argument-key.ts'

const key = (...args: unknown[]): string => argumentKey('memoize f', args)

const sparse: unknown[] = []
sparse.length = 1

/** No two of these calls are the same. */
const different: readonly (readonly unknown[])[] = [
  [],
  [undefined],
  [undefined, undefined],
  [null],
  [0],
  [-0],
  [1],
  ['1'],
  [1n],
  [true],
  ['true'],
  [false],
  [''],
  [Number.NaN],
  ['NaN'],
  [Infinity],
  [-Infinity],
  [[]],
  [{}],
  [[1]],
  [{ 0: 1 }],
  [[undefined]],
  [sparse],
  [[[]]],
  [[], []],
  [[1, 2]],
  [[1], 2],
  [1, 2],
  [12],
  ['1,2'],
  ['1', '2'],
  ['12', ''],
  ['', '12'],
  [{ a: 1 }],
  [{ a: '1' }],
  [{ a: undefined }],
  [{ a: null }],
  [{ a: { b: 1 } }],
  [{ a: 1, b: 1 }],
  [{ 'a:1': 1 }],
  [new Date(0)],
  [new Date(1)],
  [new Date(Number.NaN)],
  ['1970-01-01T00:00:00.000Z'],
  ['\ud800'],
  ['\ud801'],
  ['s1:a'],
]

describe('argumentKey', () => {
  it('tells apart what is not the same', () => {
    const keys = different.map((args) => key(...args))
    expect(new Set(keys).size).toBe(different.length)
  })

  it('takes the same for the same', () => {
    expect(key({ a: 1, b: { c: 2, d: 3 } })).toBe(key({ b: { d: 3, c: 2 }, a: 1 }))
    expect(key(Number.NaN)).toBe(key(Number.NaN))
    expect(key(new Date(5))).toBe(key(new Date(5)))
    expect(key(Object.assign(Object.create(null) as object, { a: 1 }))).toBe(key({ a: 1 }))
    const shared = { a: 1 }
    expect(key([shared, shared])).toBe(key([{ a: 1 }, { a: 1 }]))
  })

  it('agrees with equality, whatever the arguments are', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(undefined, null, true, false, 0, -0, 1, '', '1', 'a', 1n, Number.NaN, new Date(0)),
        fc.string({ maxLength: 3 }),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__', ''), tie('any'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    })).any
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.array(value, { maxLength: 3 }), (one, other) => {
        expect(key(...one) === key(...other)).toBe(areEqual(one, other))
        expect(key(...structuredClone(one))).toBe(key(...one))
      }),
      { numRuns: 2_000 },
    )
  })

  const cycle: unknown[] = []
  cycle.push(cycle)
  let deep: unknown = 1
  for (let i = 0; i < 10_000; i++) deep = [deep]

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a class instance', new Map()],
    ['a class instance', new URL('a:b')],
    ['a buffer', Buffer.from('a')],
    ['a regular expression', /a/],
    ['a boxed text', Object('a')],
    ['a promise', Promise.resolve(1)],
    ['an error', new Error('x')],
    ['an object with a symbol', { [Symbol('s')]: 1 }],
    ['an array with properties', Object.assign([1], { more: 2 })],
    ['a cycle', cycle],
    ['something deep', deep],
    ['a function within', { a: [{ b: () => 1 }] }],
  ])('refuses %s, and says what is accepted', async (_what, argument) => {
    const cache = createCache()
    const memoized = cache.memoize((..._args: unknown[]) => 1, { name: 'load' })
    await expect(memoized('first', argument)).rejects.toMatchObject({
      code: 'FOREBAY_INVALID_ARGUMENT',
      message: expect.stringMatching(/memoize load: .*argument 2.*Accepted: .*give the option key/),
    })
    await cache.close()
  })
})

function areEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b)
    return true
  } catch {
    return false
  }
}
