/** Requests, answers, failures, leaving clients and purges in any order: nobody hangs, and nobody gets what is not theirs. */
import { memoryBackend, type Backend, type FoundEntry } from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  fakeApp,
  type FakeApp,
  type FakeExchange,
  type FakeHandler,
  type FakeOptions,
  type FakeReply,
} from '../unit/response-cache-engine/fake-app.ts'

type Kind = 'shared' | 'private' | 'varies' | 'cut' | 'throws' | 'fails' | 'not-modified' | 'gone'

type Action =
  | {
      readonly type: 'ask'
      readonly url: string
      readonly user: string
      readonly lang: string
      readonly signedIn: boolean
    }
  | { readonly type: 'answer'; readonly which: number; readonly kind: Kind }
  | { readonly type: 'leave'; readonly which: number }
  | { readonly type: 'purge'; readonly soft: boolean }
  | { readonly type: 'wait'; readonly ms: number }

const which = fc.nat(5)
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ask'),
      url: fc.constantFrom('/a', '/b'),
      user: fc.constantFrom('', 'alice'),
      lang: fc.constantFrom('de', 'fr'),
      signedIn: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('answer'),
      which,
      kind: fc.constantFrom<Kind[]>(
        'shared',
        'private',
        'varies',
        'cut',
        'throws',
        'fails',
        'not-modified',
        'gone',
      ),
    }),
  },
  fc.record({ type: fc.constant('leave'), which }),
  fc.record({ type: fc.constant('purge'), soft: fc.boolean() }),
  fc.record({ type: fc.constant('wait'), ms: fc.nat(40_000) }),
)

/** What a body tells of the run that made it. */
interface Made {
  readonly run: number
  readonly url: string
  readonly user: string
  readonly lang: string
  readonly kind: Kind
}

interface Waiting {
  readonly run: number
  readonly exchange: FakeExchange
  readonly end: (kind: Kind) => void
}

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 6; turns++) await turn()
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function replyOf(kind: Kind, made: Omit<Made, 'kind'>): FakeReply {
  const body = JSON.stringify({ ...made, kind })
  const tagged = { etag: `"${made.url}"` }
  switch (kind) {
    case 'shared':
      return { body, fields: tagged }
    case 'private':
      return { body, fields: { 'cache-control': 'private' } }
    case 'varies':
      return { body, fields: { vary: 'accept-language' } }
    case 'cut':
      return { body, cut: true }
    case 'fails':
      return { status: 503, body }
    case 'gone':
      return { status: 410, body }
    default:
      return { status: 304 }
  }
}

/** What is put between the cache and the memory it stores in. */
type Link = <T>(answer: () => T) => T | Promise<T>

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const links: Readonly<Record<string, (random: () => number) => Link>> = {
  'at once': () => (answer) => answer(),
  'after a while': () => async (answer) => {
    await turn()
    return answer()
  },
  'now and then': (random) => async (answer) => {
    const draw = random()
    if (draw < 0.3) throw new Error('down')
    if (draw < 0.4) return await new Promise(() => undefined)
    await turn()
    return answer()
  },
}

function linked(clock: ManualClock, link: Link): Backend {
  const { entries, ...others } = memoryBackend({ clock })
  return {
    ...others,
    entries: {
      get: (scope, key) => link(() => entries.get(scope, key) as FoundEntry | undefined),
      set: (scope, key, entry) => link(() => entries.set(scope, key, entry) as boolean),
      getMany: (scope, keys) => entries.getMany(scope, keys),
      touch: (scope, key, times) => entries.touch(scope, key, times),
      delete: (scope, key) => link(() => entries.delete(scope, key) as boolean),
      stamp: (scope) => link(() => entries.stamp(scope) as number),
      mark: (scope, marks, options) => entries.mark(scope, marks, options),
      stats: () => entries.stats(),
    },
  }
}

const options: FakeOptions = {
  ttl: '30s',
  staleWhileRevalidate: '20s',
  staleIfError: '20s',
  partition: ({ headers }) => text(headers['x-user']) || undefined,
  logger: { warn: () => undefined, error: () => undefined },
}

class World {
  readonly waiting: Waiting[] = []
  readonly present: FakeExchange[] = []
  asked = 0
  answered = 0
  runs = 0
  readonly faults: string[] = []
  readonly #ran = new WeakMap<FakeExchange, number>()
  /** The last run that had begun when everything was purged. */
  purgedUpTo = 0
  readonly app: FakeApp

  constructor(link: Link) {
    const clock = manualClock()
    const handle: FakeHandler = (seen, exchange) => this.#handle(seen.url, exchange)
    this.app = fakeApp(handle, { ...options, backend: linked(clock, link) }, clock)
  }

  #handle(url: string, exchange: FakeExchange): Promise<FakeReply> {
    const run = ++this.runs
    const { 'x-user': user, 'accept-language': lang, 'if-none-match': condition } = exchange.requestFields
    return new Promise((resolve, reject) => {
      const end = (kind: Kind): void => {
        const possible = kind === 'not-modified' && condition === undefined ? 'shared' : kind
        if (possible === 'throws') reject(new Error('a bug'))
        else resolve(replyOf(possible, { run, url, user: text(user), lang: text(lang) }))
      }
      this.waiting.push({ run, exchange, end })
    })
  }

  async ask({ url, user, lang, signedIn }: Extract<Action, { type: 'ask' }>): Promise<void> {
    const headers = { 'x-user': user, 'accept-language': lang, ...(signedIn ? { authorization: 'x' } : {}) }
    const exchange = this.app.exchange({ url, headers })
    const { purgedUpTo } = this
    this.asked++
    this.present.push(exchange)
    try {
      const response = await this.app.finish(exchange, await this.app.handle(exchange))
      if (response.status === 499 || response.status === 304) return
      const made = JSON.parse(response.body) as Made
      if (made.url !== url || made.user !== user) this.faults.push('somebody else’s')
      if (this.#ran.get(exchange) === made.run) return
      if (made.run <= purgedUpTo) this.faults.push('purged before it was asked for')
      if (['cut', 'fails'].includes(made.kind)) this.faults.push(made.kind)
      if (made.kind === 'varies' && made.lang !== lang) this.faults.push('another variant')
      // Nothing says that a response is for everyone, whatever credentials it was made with.
      if (user === '' && (signedIn || made.kind === 'private')) this.faults.push('not for everyone')
    } catch (error) {
      if (!(error instanceof Error && error.message === 'a bug')) throw error
    } finally {
      this.answered++
      this.present.splice(this.present.indexOf(exchange), 1)
    }
  }

  answer(at: number, kind: Kind): void {
    const [one] = this.waiting.splice(Math.min(at, this.waiting.length - 1), 1)
    if (one === undefined) return
    this.#ran.set(one.exchange, one.run)
    one.end(kind)
  }
}

it.each(Object.keys(links))('in any order, over a store that answers %s', async (how) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 40 }),
      fc.infiniteStream(fc.nat(99)),
      async (actions, draws) => {
        const random = (): number => Number(draws.next().value ?? 0) / 100
        const world = new World((links[how] as (typeof links)[string])(random))
        const asks: Promise<void>[] = []
        for (const one of actions) {
          if (one.type === 'ask') asks.push(world.ask(one))
          else if (one.type === 'answer') world.answer(one.which, one.kind)
          else if (one.type === 'leave') world.present[one.which]?.leave()
          else if (one.type === 'wait') world.app.clock.advance(one.ms)
          else {
            await world.app.cache.clear({ soft: one.soft }).catch(() => undefined)
            if (!one.soft) world.purgedUpTo = world.runs
          }
          await settled()
        }
        for (
          let round = 0;
          round < 100 && (world.waiting.length > 0 || world.answered < world.asked);
          round++
        ) {
          world.answer(0, 'shared')
          world.app.clock.advance(100)
          await settled()
        }
        expect([world.answered, world.faults]).toEqual([world.asked, []])
        await Promise.all(asks)
      },
    ),
    { numRuns: 150 },
  )
})
