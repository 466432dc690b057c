/** What TypeScript makes of the calls: of a typed cache its type, of an untyped one what the loader gives. */
import { createCache, json, memoryBackend, structured } from '@forebay/core'
import { expectTypeOf, it } from 'vitest'

interface User {
  name: string
}

it('types what comes out of a typed cache', async () => {
  const users = createCache<User>({ backend: memoryBackend(), codec: json })
  const user: User = { name: 'Ada' }
  expectTypeOf(await users.get('k')).toEqualTypeOf<User | undefined>()
  expectTypeOf(await users.getOrLoad('k', () => user)).toEqualTypeOf<User>()
  expectTypeOf(await users.getOrLoad('none', async (): Promise<User | undefined> => undefined)).toEqualTypeOf<
    User | undefined
  >()
  expectTypeOf(await users.getOrLoad('null', (): User | null => null)).toEqualTypeOf<User | null>()
  expectTypeOf(await users.getMany(['k'])).toEqualTypeOf<Map<string, User>>()
  // @ts-expect-error -- not what this cache holds
  await users.set('k', { name: 1 })
  // @ts-expect-error -- not what this cache holds
  await users.getOrLoad('k', () => 'a text')
})

it('types what comes out of an untyped cache by its loader', async () => {
  const cache = createCache({ backend: memoryBackend(), codec: structured })
  expectTypeOf(await cache.getOrLoad('k', () => 1)).toEqualTypeOf<number>()
  expectTypeOf(await cache.getOrLoad('m', async () => new Map<string, Date>())).toEqualTypeOf<
    Map<string, Date>
  >()
})

it('types functions of the value', () => {
  createCache<User>({ tags: (user, key) => [user.name, key], ttl: ({ name }) => name.length * 1_000 })
  createCache<User>({
    loader: ({ key, signal, stale }) => ({ name: stale?.name ?? `${key} ${String(signal.aborted)}` }),
  })
})
