/** Nodes that ask, answer, leave, purge and break in any order: nobody hangs, nobody gets what is not theirs, one runs at a time. */
import type { FakeExchange, FakeHandler, FakeReply } from '../unit/response-cache-engine/fake-app.ts'
import { fakeApp, type FakeApp } from '../unit/response-cache-engine/fake-app.ts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quiet } from '../fleet/held-fleet.ts'
import { simulatedFar, type FarNode, type LinkState } from '../fleet/simulated-far.ts'

const size = 3
const node = fc.nat(size - 1)

type Kind = 'shared' | 'private' | 'cut' | 'throws' | 'fails' | 'varies'

const calm = [
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('ask' as const),
      node,
      url: fc.constantFrom('/a', '/b'),
      lang: fc.constantFrom('de', 'fr'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), which: fc.nat(5) }) },
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(1_000) }),
]

const answerOf = (...kinds: Kind[]): fc.Arbitrary<{ type: 'answer'; which: number; kind: Kind }> =>
  fc.record({ type: fc.constant('answer' as const), which: fc.nat(3), kind: fc.constantFrom(...kinds) })

const fault = fc.record({
  type: fc.constant('fault' as const),
  node,
  part: fc.constantFrom('entries' as const, 'locks' as const, 'bus' as const),
  state: fc.constantFrom<LinkState>('sound', 'failing', 'hung', 'lost'),
})

const peaceful = fc.oneof(...calm, { weight: 5, arbitrary: answerOf('shared', 'cut', 'throws') })
const wild = fc.oneof(
  ...calm,
  { weight: 5, arbitrary: answerOf('shared', 'private', 'cut', 'throws', 'fails', 'varies') },
  { weight: 2, arbitrary: fault },
  fc.record({ type: fc.constant('purge' as const), node }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.nat(40_000) }),
)

type Action = typeof wild extends fc.Arbitrary<infer One> ? One : never

interface Running {
  readonly exchange: FakeExchange
  readonly url: string
  readonly end: (kind: Kind) => void
}

class World {
  readonly far = simulatedFar()
  readonly nodes: { readonly far: FarNode; readonly app: FakeApp }[] = []
  readonly running: Running[] = []
  readonly present: FakeExchange[] = []
  readonly faults: string[] = []
  asked = 0
  answered = 0
  runs = 0
  /** The last run that had begun when everything was surely purged. */
  purgedUpTo = 0
  mostAtOnce = 0
  /** Nodes whose store has failed. */
  readonly cutOff = new Set<number>()
  readonly #ran = new WeakMap<FakeExchange, number>()

  constructor() {
    const logger = { warn: () => undefined, error: () => undefined }
    const handle: FakeHandler = (seen, exchange) => this.#handle(seen.url, exchange)
    for (let index = 0; index < size; index++) {
      const far = this.far.node()
      const options = { ttl: '30s', staleWhileRevalidate: '10s', backend: far.backend, logger } as const
      this.nodes.push({ far, app: fakeApp(handle, options, this.far.clock) })
    }
  }

  #handle(url: string, exchange: FakeExchange): Promise<FakeReply> {
    const run = ++this.runs
    this.#ran.set(exchange, run)
    const lang = String(exchange.requestFields['accept-language'])
    return new Promise((resolve, reject) => {
      const end = (kind: Kind): void => {
        const body = JSON.stringify({ run, url, kind, lang })
        if (kind === 'throws') reject(new Error('a bug'))
        else if (kind === 'private') resolve({ body, fields: { 'cache-control': 'private' } })
        else if (kind === 'varies') resolve({ body, fields: { vary: 'accept-language' } })
        else resolve({ body, cut: kind === 'cut', status: kind === 'fails' ? 503 : 200 })
      }
      this.running.push({ exchange, url, end })
      // A handler whose client has left may go on, but nobody waits for it.
      const isLed = (one: Running): boolean => one.url === url && this.present.includes(one.exchange)
      const atOnce = this.running.filter(isLed).length
      this.mostAtOnce = Math.max(this.mostAtOnce, atOnce)
    })
  }

  async ask(index: number, url: string, lang: string): Promise<void> {
    const app = this.nodes[index]?.app as FakeApp
    const exchange = app.exchange({ url, headers: { 'accept-language': lang } })
    const { purgedUpTo } = this
    this.asked++
    this.present.push(exchange)
    try {
      const response = await app.finish(exchange, await app.handle(exchange))
      if (response.status === 499) return
      const made = JSON.parse(response.body) as { run: number; url: string; kind: Kind; lang: string }
      if (this.#ran.get(exchange) === made.run) return
      if (made.url !== url) this.faults.push('another URL’s')
      // While its store is away, a node shares its own runs, and knows nothing of purges elsewhere.
      if (made.run <= purgedUpTo && !this.cutOff.has(index))
        this.faults.push(`run ${made.run} was purged before it was asked for`)
      if (made.kind === 'varies' && made.lang !== lang) this.faults.push('another variant')
      if (!['shared', 'varies'].includes(made.kind)) this.faults.push(made.kind)
    } catch (error) {
      if (!(error instanceof Error && error.message === 'a bug')) throw error
    } finally {
      this.answered++
      const at = this.present.indexOf(exchange)
      if (at >= 0) this.present.splice(at, 1)
    }
  }

  async do(action: Action): Promise<void> {
    if (action.type === 'ask') void this.ask(action.node, action.url, action.lang)
    else if (action.type === 'answer') this.answer(action.which, action.kind)
    else if (action.type === 'leave') this.leave(action.which)
    else if (action.type === 'wait') await this.pass(action.ms)
    else if (action.type === 'fault') {
      if (action.part === 'entries') this.cutOff.add(action.node)
      Object.assign(this.nodes[action.node]?.far.links ?? {}, { [action.part]: action.state })
    } else await this.purge(action.node)
    await quiet()
  }

  leave(which: number): void {
    const [exchange] = this.present.splice(which, 1)
    exchange?.leave()
  }

  answer(which: number, kind: Kind): void {
    const [one] = this.running.splice(Math.min(which, this.running.length - 1), 1)
    one?.end(kind)
  }

  async purge(index: number): Promise<void> {
    const { runs } = this
    let isSure = false
    this.nodes[index]?.app.cache.clear().then(
      () => (isSure = true),
      () => undefined,
    )
    await quiet()
    if (isSure) this.purgedUpTo = runs
  }

  /** As slowly as a process runs, so that what is due happens when it is due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.far.clock.advance(Math.min(500, left))
      await quiet()
    }
  }

  async drain(): Promise<void> {
    for (const { far } of this.nodes) far.reconnect()
    for (let round = 0; round < 200 && (this.running.length > 0 || this.answered < this.asked); round++) {
      this.answer(0, 'shared')
      await this.pass(200)
    }
  }
}

async function played(actions: readonly Action[]): Promise<World> {
  const world = new World()
  for (const action of actions) await world.do(action)
  await world.drain()
  expect([world.answered, world.faults]).toEqual([world.asked, []])
  return world
}

it('in peace one handler per URL runs at a time in the whole fleet', async () => {
  const courses = fc.array(peaceful, { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(courses, async (actions) => {
      expect((await played(actions)).mostAtOnce).toBeLessThanOrEqual(1)
    }),
    { numRuns: 300 },
  )
})

it(
  'whatever breaks, everybody is answered, and by nothing that is not theirs',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wild, { maxLength: 30 }), async (actions) => {
        await played(actions)
      }),
      { numRuns: 300 },
    )
  },
)
