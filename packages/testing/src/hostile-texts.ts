/** Texts that break stores which join, fold or trust their keys. */

/** Any two of them are different. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  'a',
  'A',
  'a:b',
  'a::b',
  'a\n',
  'a\r\nSET b 1',
  'a\0',
  '__proto__',
  'constructor',
  'toString',
  '*',
  '{a}',
  '{a}b',
  'é',
  'e\u0301',
  '\ud800',
  '\udc00',
  '\ufffd',
  '💧',
  '../a',
  '%61',
  '1',
  '01',
  'x'.repeat(1_000_000),
  `${'x'.repeat(999_999)}y`,
]

/** Pairs of two parts that look alike once they are joined by a separator. */
export const alikePairs: readonly (readonly [first: string, second: string])[] = [
  ['a', 'b:c'],
  ['a:b', 'c'],
  ['a', 'bc'],
  ['ab', 'c'],
  ['', 'abc'],
  ['abc', ''],
  ['a\0b', 'c'],
  ['a', 'b\0c'],
  ['1', '1:1'],
  ['1:1', '1'],
]
