/** The types that a memoized function keeps. */
import { expect, expectTypeOf, it } from 'vitest'
import { createCache, type DataCache } from '@forebay/core'

interface User {
  readonly name: string
}

it('keeps arguments, this and result, as a promise', async () => {
  const users: DataCache<User> = createCache<User>()
  const find = users.memoize((id: number, isActive?: boolean) => ({ name: `${id} ${String(isActive)}` }), {
    name: 'find',
  })
  expectTypeOf(find).parameters.toEqualTypeOf<[id: number, isActive?: boolean | undefined]>()
  expectTypeOf(find).returns.toEqualTypeOf<Promise<{ name: string }>>()
  expectTypeOf(find.invalidate).parameters.toEqualTypeOf<[id: number, isActive?: boolean | undefined]>()
  expect(await find(1)).toEqual({ name: '1 undefined' })
  // @ts-expect-error -- the cache holds users
  expect(await users.memoize(() => 5, { name: 'five' })()).toBe(5)
  const nobody = users.memoize(async (): Promise<User | undefined> => undefined, { name: 'nobody' })
  expect(await nobody()).toBeUndefined()
  const greet = users.memoize(
    function (this: { word: string }, name: string) {
      return { name: `${this.word} ${name}` }
    },
    { name: 'greet', key: (name) => name },
  )
  expectTypeOf(greet).thisParameter.toEqualTypeOf<{ word: string }>()
  expect(await greet.call({ word: 'hello' }, 'Ada')).toEqual({ name: 'hello Ada' })
  await users.close()
})
