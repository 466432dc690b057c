/** What was thrown becomes an error, and an error stays what it is. */
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { asError } from '../../../packages/core/src/kit/as-error.ts'

it('leaves errors alone, those of another realm, too', () => {
  const error = new TypeError('down')
  expect(asError(error)).toBe(error)
  const foreign: unknown = runInNewContext(`new TypeError('down')`)
  expect(foreign).not.toBeInstanceOf(Error)
  expect(asError(foreign)).toBe(foreign)
})

it.each([
  ['down', 'no error but "down"'],
  [undefined, 'no error but undefined'],
  [Object.create(null), 'no error but {}'],
])('makes one of %o', (thrown, message) => {
  expect(asError(thrown)).toMatchObject({ message, cause: thrown })
})
