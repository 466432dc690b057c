/** What is said of a connection that failed. */
import { expect, it } from 'vitest'
import { why } from '../../../packages/redis/src/connection/why.ts'

const withParts = (message: string, parts: object): Error => Object.assign(new Error(message), parts)

it.each([
  ['an error', new Error('read ECONNRESET'), 'read ECONNRESET'],
  ['something else', 'gone', 'gone'],
  ['one error for each address', withParts('', { errors: [new Error('a'), new Error('b')] }), 'a, b'],
  ['a code alone', withParts('', { code: 'EPIPE' }), 'EPIPE'],
  ['nothing at all', new TypeError(''), 'TypeError'],
  ['a Cluster', withParts('Failed.', { lastNodeError: new Error('WRONGPASS') }), 'Failed. WRONGPASS'],
  [
    'ioredis without a connection',
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    'there is no connection at the moment',
  ],
])('is said in words: %s', (_name, error, said) => {
  expect(why(error)).toBe(said)
})
