/** One version of each framework, with its limits and entries in Redis. */
import type { Backend, CacheStore, MaybePromise } from '@forebay/core'
import type { AdapterHarness, GivenBackend } from '@forebay/testing'
import { timedBackendOn } from '../redis/timed-backend.ts'
import { expressHarnesses } from './express.ts'
import { fastifyHarness } from './fastify.ts'
import { koaHarnesses } from './koa.ts'

/** @param where the URL of a server, asked for when an app starts. */
export function frameworksOnRedis(where: () => string): readonly AdapterHarness[] {
  const [express, koa] = [expressHarnesses[0]!, koaHarnesses[0]!]
  return [express, fastifyHarness, koa].map((harness) => ({
    ...harness,
    name: `${harness.name} on redis`,
    backendOn: (clock) => settling(timedBackendOn(where(), clock)),
  }))
}

/** What an app does after it has answered it does within a few turns; then Redis may have to be waited for. */
const turns = 5

export function settling(backend: Backend): GivenBackend {
  const { entries } = backend
  const underway = new Set<unknown>()
  const noted = async <T>(answer: MaybePromise<T>): Promise<T> => {
    const one = Promise.resolve(answer).finally(() => underway.delete(one))
    underway.add(one)
    return one
  }
  const watched: CacheStore = {
    get: (scope, key) => noted(entries.get(scope, key)),
    getMany: (scope, keys) => noted(entries.getMany(scope, keys)),
    set: (scope, key, entry) => noted(entries.set(scope, key, entry)),
    touch: (scope, key, times) => noted(entries.touch(scope, key, times)),
    delete: (scope, key) => noted(entries.delete(scope, key)),
    stamp: (scope) => noted(entries.stamp(scope)),
    mark: (scope, marks, options) => noted(entries.mark(scope, marks, options)),
    stats: () => entries.stats(),
  }
  return {
    backend: { ...backend, entries: watched },
    async settled() {
      for (let quiet = 0; quiet < turns; quiet++) {
        await new Promise(setImmediate)
        if (underway.size > 0) quiet = 0
      }
    },
  }
}
