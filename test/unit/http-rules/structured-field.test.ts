import { parseList as referenceList } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { parseDictionary, parseList } from '../../../packages/core/src/kit/structured-field.ts'

describe('structured fields', () => {
  it.each([
    ['', []],
    ['a', ['token a']],
    [
      '"a\\"b", ?1, 5, -5, 1.5, :aGk=:, @5',
      ['string a"b', 'boolean true', 'integer 5', 'integer -5', 'decimal 1.5', 'bytes aGk=', 'date 5'],
    ],
    ['(a "b");x=1, c', ['inner-list undefined', 'token c']],
    ['a;b=c;d, e', ['token a', 'token e']],
  ])('%s', (text, items) => {
    expect(parseList(text)?.map(({ type, value }) => `${type} ${String(value)}`)).toEqual(items)
  })

  it.each([
    'a,',
    ',a',
    'a b',
    '"a',
    '"\u00e9"',
    '1.',
    '.5',
    '1234567890123456',
    '?2',
    ':a',
    '(a',
    'a;',
    'a;=1',
    'a\n',
  ])('%j is no List, as a reference parser says too', (text) => {
    expect(parseList(text)).toBeUndefined()
    expect(() => referenceList(text)).toThrow()
  })

  it('Dictionaries: the last of one key counts', () => {
    expect([...(parseDictionary('a=1, b, a=2') ?? [])]).toEqual([
      ['a', { type: 'integer', value: 2 }],
      ['b', { type: 'boolean', value: true }],
    ])
    for (const text of ['A=1', 'a = 1', 'a=', '=1', 'a=1 b=2', 'a=1,'])
      expect(parseDictionary(text)).toBeUndefined()
    expect(parseDictionary('__proto__=1')).toBeUndefined()
  })
})
