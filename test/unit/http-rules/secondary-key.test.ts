import { describe, expect, it } from 'vitest'
import {
  ownVaryNames,
  secondaryKey,
  varyNames,
} from '../../../packages/core/src/response-cache/secondary-key.ts'

describe('Vary', () => {
  it.each<[string | readonly string[] | undefined, readonly string[] | '*']>([
    [undefined, []],
    ['', []],
    [' , ', []],
    ['Accept', ['accept']],
    ['b, A,a', ['a', 'b']],
    [
      ['a', 'b, c'],
      ['a', 'b', 'c'],
    ],
    ['*', '*'],
    ['a, *', '*'],
    [['a', '*'], '*'],
    ['a b', '*'],
    ['"a"', '*'],
    ['a;b', '*'],
    [Array.from({ length: 33 }, (_, index) => `x${index}`), '*'],
  ])('%j names %j', (vary, names) => {
    expect(varyNames(vary)).toEqual(names)
  })

  it('takes what means the same for the same', () => {
    const key = (accept: string | undefined) =>
      secondaryKey(['accept-encoding'], { 'accept-encoding': accept })
    expect(key('gzip, br')).toBe(key(' GZIP ,br'))
    expect(key('gzip;q=1.0')).toBe(key('gzip ; q=1.0'))
    expect(key('gzip, br')).not.toBe(key('br, gzip'))
    expect(key(undefined)).not.toBe(key(''))
  })

  it('keeps the case of parameters, and of what is quoted', () => {
    const key = (accept: string) => secondaryKey(['accept'], { accept })
    expect(key('Text/HTML; q=1')).toBe(key('text/html;q=1'))
    expect(key('a/b;version=A')).not.toBe(key('a/b;version=a'))
    expect(key('a/b;x="A, B"')).not.toBe(key('a/b;x="a,b"'))
  })

  it('takes what every object has for absent', () => {
    for (const name of ['constructor', '__proto__', 'tostring', 'hasownproperty']) {
      expect(secondaryKey([name], {})).toBe(`${name.length}:${name}-`)
    }
    expect(secondaryKey(['constructor'], { constructor: 'x' })).toBe('11:constructor1:x')
  })

  it('joins several lines', () => {
    expect(secondaryKey(['foo'], { foo: ['1', '2'] })).toBe(secondaryKey(['foo'], { foo: '1, 2' }))
  })

  it('has a bounded length, and still tells long values apart', () => {
    const long = 'x'.repeat(10_000)
    expect(secondaryKey(['foo'], { foo: long }).length).toBeLessThan(60)
    expect(secondaryKey(['foo'], { foo: long })).not.toBe(secondaryKey(['foo'], { foo: `${long}y` }))
  })

  it('keeps other values as they are', () => {
    const key = (value: string) => secondaryKey(['x-user'], { 'x-user': value })
    expect(key('A')).not.toBe(key('a'))
    expect(key('a,b')).not.toBe(key('a, b'))
  })

  it('leaves out what compression outside says, unless the response is encoded', () => {
    const outside = { vary: 'Accept-Encoding' }
    expect(ownVaryNames({ vary: 'Accept-Encoding' }, outside)).toEqual([])
    expect(ownVaryNames({ vary: 'Accept-Encoding, Accept' }, outside)).toEqual(['accept'])
    expect(ownVaryNames({ vary: 'Accept-Encoding' }, {})).toEqual(['accept-encoding'])
    expect(ownVaryNames({ vary: 'Accept-Encoding', 'content-encoding': 'gzip' }, outside)).toEqual([
      'accept-encoding',
    ])
    expect(ownVaryNames({ vary: 'Accept-Language' }, { vary: 'Accept-Language' })).toEqual([
      'accept-language',
    ])
  })
})
