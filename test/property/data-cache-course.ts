/** A random course of operations on a data cache, held step by step against the model. */
import { createCache, type Backend, type DataCache } from '@forebay/core'
import fc from 'fast-check'
import {
  DataCacheModel,
  negativeTtlMs,
  staleIfErrorMs,
  type LoadOutcome,
  type ModelLoad,
} from './data-cache-model.ts'

const key = fc.constantFrom('a', 'b', '__proto__')
const tag = fc.constantFrom('t', 'u')
const tags = fc.subarray(['t', 'u'])
const ttlMs = fc.constantFrom(0, 1, 1_000, 4_000, 60_000)
const outcome = fc.constantFrom('value', 'null', 'nothing', 'failure')

const step = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key, ttlMs, tags }),
  fc.record({
    type: fc.constantFrom('get' as const, 'has' as const, 'delete' as const, 'expire' as const),
    key,
  }),
  fc.record({ type: fc.constant('getMany' as const) }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('ask' as const), key, ttlMs, tags }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('finish' as const), which: fc.nat(3), outcome }) },
  fc.record({ type: fc.constant('touch' as const), key, ttlMs: fc.constantFrom(undefined, 1_000, 60_000) }),
  fc.record({
    type: fc.constant('invalidate' as const),
    tag: fc.option(tag, { nil: undefined }),
    soft: fc.boolean(),
  }),
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(1, 999, 3_000, 31_000) }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never
export type Course = readonly Step[]
export const courses: fc.Arbitrary<Course> = fc.array(step, { minLength: 1, maxLength: 40 })

/** What a test may move: the backend and its time. */
export interface Ground {
  readonly backend: Backend
  advance(ms: number): void
}

interface HeldLoad {
  readonly load: ModelLoad
  readonly life: { readonly ttlMs: number; readonly tags: readonly string[] }
  readonly settle: (outcome: LoadOutcome) => void
  readonly waiting: Promise<unknown>[]
}

const failure = new Error('the source is away')
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Runs the course; the first difference to the model is thrown. */
export class CourseRun {
  readonly #ground: Ground
  readonly #cache: DataCache
  readonly #model = new DataCacheModel()
  readonly #held: HeldLoad[] = []
  #values = 0

  constructor(ground: Ground, namespace: string) {
    this.#ground = ground
    this.#cache = createCache({
      backend: ground.backend,
      namespace,
      ttl: '1m',
      staleIfError: staleIfErrorMs,
      negativeTtl: negativeTtlMs,
      earlyRefresh: 0,
      timeout: '10s',
      logger: { warn: () => undefined, error: () => undefined },
    })
  }

  async run(course: Course): Promise<void> {
    for (const [index, one] of course.entries()) {
      const [got, expected] = await this.#take(one)
      const words = `step ${index}, ${JSON.stringify(one)}`
      if (!Object.is(JSON.stringify(got), JSON.stringify(expected))) {
        throw new Error(`${words}: ${JSON.stringify(got)} where the model has ${JSON.stringify(expected)}`)
      }
    }
    while (this.#held.length > 0) await this.#finish(0, { type: 'failure' })
    await this.#cache.close()
  }

  async #take(one: Step): Promise<readonly [got: unknown, expected: unknown]> {
    const [cache, model] = [this.#cache, this.#model]
    switch (one.type) {
      case 'set': {
        const value = this.#values++
        const got = await cache.set(one.key, value, { ttl: one.ttlMs, tags: one.tags })
        return [got, model.set(one.key, value, one)]
      }
      case 'get':
      case 'has':
      case 'delete':
      case 'expire':
        return [await cache[one.type](one.key), model[one.type](one.key)]
      case 'getMany': {
        const keys = ['a', 'b', '__proto__']
        const there = keys.filter((each) => model.has(each)).map((each) => [each, model.get(each)])
        return [[...(await cache.getMany(keys))], there]
      }
      case 'touch': {
        const options = one.ttlMs === undefined ? {} : { ttl: one.ttlMs }
        return [await cache.touch(one.key, options), model.touch(one.key, one.ttlMs)]
      }
      case 'invalidate': {
        const { tag: name, soft } = one
        await (name === undefined ? cache.clear({ soft }) : cache.invalidateTags(name, { soft }))
        model.invalidate(name, soft)
        return [0, 0]
      }
      case 'wait':
        this.#ground.advance(one.ms)
        model.now += one.ms
        return [0, 0]
      case 'ask':
        return await this.#ask(one)
      case 'finish':
        return await this.#finish(one.which, this.#outcomeOf(one.outcome))
      default:
        throw new TypeError('a step of no known type')
    }
  }

  async #ask(one: Extract<Step, { readonly type: 'ask' }>): Promise<readonly [unknown, unknown]> {
    const before = this.#cache.stats().collapsed
    // An object, as it changes behind the loop's back.
    const seen: { settle?: HeldLoad['settle']; isAnswered?: boolean } = {}
    const loader = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        seen.settle = (end) => (end.type === 'value' ? resolve(end.value) : reject(failure))
      })
    const asking = this.#cache.getOrLoad(one.key, loader, { ttl: one.ttlMs, tags: one.tags })
    const given = asking.then(
      (value) => {
        seen.isAnswered = true
        return { value }
      },
      () => 'failure',
    )
    const isUnderway = (): boolean =>
      seen.settle !== undefined || seen.isAnswered === true || this.#cache.stats().collapsed > before
    while (!isUnderway()) await turn()
    const expected = this.#model.ask(one.key)
    if ('value' in expected) return [await given, expected]
    const held = this.#held.find(({ load }) => load === expected)
    if (held !== undefined) held.waiting.push(given)
    else if (seen.settle === undefined) return ['joined or answered', 'a load of its own']
    else this.#held.push({ load: expected, life: one, settle: seen.settle, waiting: [given] })
    return [0, 0]
  }

  async #finish(which: number, end: LoadOutcome): Promise<readonly [unknown, unknown]> {
    const [held] = this.#held.splice(which % Math.max(1, this.#held.length), 1)
    if (held === undefined) return [0, 0]
    held.settle(end)
    const got = await Promise.all(held.waiting)
    const given = this.#model.finish(held.load, end, held.life)
    return [got, given.map((one) => (one.type === 'value' ? { value: one.value } : 'failure'))]
  }

  #outcomeOf(name: string): LoadOutcome {
    if (name === 'failure') return { type: 'failure' }
    if (name === 'value') return { type: 'value', value: this.#values++ }
    return { type: 'value', value: name === 'null' ? null : undefined }
  }
}
