/** A fleet to which events happen one after the other, and what its clients are answered. */
import { quiet } from '../fleet/held-fleet.ts'
import { simulatedFar, type FarNode } from '../fleet/simulated-far.ts'
import {
  fakeApp,
  type FakeApp,
  type FakeExchange,
  type FakeReply,
} from '../unit/response-cache-engine/fake-app.ts'

export const nodes = 3

export type Outcome = 'ok' | 'error' | 'no-store' | 'fails' | 'short'

export type Event =
  | { readonly type: 'ask' | 'purge'; readonly node: number; readonly path: string }
  | { readonly type: 'answer'; readonly node: number; readonly outcome: Outcome }
  | { readonly type: 'clear' | 'leave' | 'gap' | 'lose words' | 'mend'; readonly node: number }
  | { readonly type: 'cut off' | 'lose locks' | 'stand still'; readonly node: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'turn' }

interface Asked {
  readonly exchange: FakeExchange
  readonly node: number
  isOver: boolean
}

/** A run of a handler that waits for its answer. */
interface Run {
  readonly exchange: FakeExchange
  /** Purges of its path that had begun when it did. */
  readonly begun: number
  readonly reply: (reply: FakeReply) => void
  readonly fail: (error: Error) => void
}

interface Node {
  /** Until then it may know nothing of purges elsewhere. */
  unsoundUntil: number
  readonly far: FarNode
  readonly app: FakeApp
  readonly runs: Run[]
}

interface Purges {
  begun: number
  /** When the purges of these numbers were. */
  readonly confirmed: { readonly number: number; readonly at: number }[]
}

interface CourseOptions {
  /** Whether the locks tell that nobody has held a key before. */
  readonly isFresh: boolean
  readonly timeout: '100ms' | '5s'
  /** After this long, a purge is seen everywhere. */
  readonly seenMs: number
}

export class Course {
  readonly far = simulatedFar()
  readonly asked: Asked[] = []
  readonly wrong: string[] = []
  readonly #purges = new Map<string, Purges>()
  readonly #nodes: readonly Node[]

  readonly #seenMs: number

  constructor({ isFresh, timeout, seenMs }: CourseOptions) {
    this.#seenMs = seenMs
    const logger = { warn: () => undefined, error: () => undefined }
    this.#nodes = Array.from({ length: nodes }, () => {
      const far = this.far.node()
      if (isFresh) far.unheld.freeForMs = 10_000
      const runs: Run[] = []
      const handler = (_: unknown, exchange: FakeExchange): Promise<FakeReply> =>
        new Promise((reply, fail) => {
          runs.push({ exchange, begun: this.#of(exchange.target).begun, reply, fail })
        })
      const windows = { ttl: '3s', staleWhileRevalidate: '4s', staleIfError: '4s' } as const
      const app = fakeApp(handler, { ...windows, timeout, backend: far.backend, logger })
      return { far, runs, app, unsoundUntil: -Infinity }
    })
  }

  async happen(event: Event): Promise<void> {
    switch (event.type) {
      case 'turn':
        return await quiet()
      case 'pass':
        return await this.#pass(event.ms)
      case 'ask':
        return this.#ask(event.node, event.path)
      case 'purge':
        return this.#purge([event.path], ({ cache }) => cache.invalidateUrl(event.path), event.node)
      case 'clear':
        return this.#purge(['/a', '/b'], ({ cache }) => cache.clear(), event.node)
      case 'answer':
        return this.#answer(event.node, event.outcome)
      case 'leave':
        return this.#leave(event.node)
      default:
        return this.#disturb(event.type, event.node)
    }
  }

  /** Everything works again, and every handler answers. */
  async end(): Promise<void> {
    for (let node = 0; node < nodes; node++) this.#disturb('mend', node)
    for (let round = 0; round < 40 && this.asked.some(({ isOver }) => !isOver); round++) {
      await this.#pass(1_000)
      for (let node = 0; node < nodes; node++) {
        while (this.#at(node).runs.length > 0) this.#answer(node, 'ok')
      }
    }
    await quiet()
  }

  #at(node: number): Node {
    return this.#nodes[node] as Node
  }

  #of(path: string): Purges {
    const purges = this.#purges.get(path) ?? { begun: 0, confirmed: [] }
    this.#purges.set(path, purges)
    return purges
  }

  #ask(node: number, path: string): void {
    const where = this.#at(node)
    const { app } = where
    const { clock } = this.far
    const askedAt = clock.now()
    const seen = this.#of(path).confirmed.filter(({ at }) => at <= askedAt - this.#seenMs)
    const least = Math.max(0, ...seen.map(({ number }) => number))
    const asked: Asked = { exchange: app.exchange({ url: path }), node, isOver: false }
    this.asked.push(asked)
    const answered = async (): Promise<void> => {
      const { status, body } = await app.finish(asked.exchange, await app.handle(asked.exchange))
      if (where.unsoundUntil > askedAt || status !== 200) return
      if (Number(body) < least) this.wrong.push(`${path} at ${clock.now()}: ${body} after ${least}`)
    }
    answered()
      .catch(() => undefined)
      .finally(() => (asked.isOver = true))
  }

  #purge(paths: readonly string[], invalidate: (app: FakeApp) => Promise<void>, node: number): void {
    for (const path of paths) this.#of(path).begun++
    const numbers = paths.map((path) => this.#of(path).begun)
    invalidate(this.#at(node).app).then(
      () => {
        for (const [index, path] of paths.entries()) {
          this.#of(path).confirmed.push({ number: numbers[index] ?? 0, at: this.far.clock.now() })
        }
      },
      () => undefined,
    )
  }

  #answer(node: number, outcome: Outcome): void {
    const run = this.#at(node).runs.shift()
    if (run === undefined) return
    const body = String(run.begun)
    if (outcome === 'error') run.fail(new Error('a bug'))
    else if (outcome === 'fails') run.reply({ status: 503, body: 'down' })
    else if (outcome === 'no-store') run.reply({ body, fields: { 'cache-control': 'no-store' } })
    else if (outcome === 'short') run.reply({ body, fields: { 'cache-control': 'max-age=0' } })
    else run.reply({ body })
  }

  #leave(node: number): void {
    const leaving = this.asked.find((one) => one.node === node && !one.isOver)
    if (leaving === undefined) return
    leaving.exchange.leave()
    const { runs } = this.#at(node)
    const at = runs.findIndex(({ exchange }) => exchange === leaving.exchange)
    if (at >= 0) runs.splice(at, 1)[0]?.fail(new Error('the client has left'))
  }

  #disturb(type: string, node: number): void {
    const where = this.#at(node)
    const { far } = where
    if (type === 'gap') return far.gap()
    if (type === 'lose words') far.links.bus = 'lost'
    else if (type === 'lose locks') far.links.locks = 'failing'
    else if (type === 'mend') {
      far.reconnect()
      // That is noticed within a second.
      if (where.unsoundUntil === Infinity) where.unsoundUntil = this.far.clock.now() + 2_000
    } else {
      where.unsoundUntil = Infinity
      if (type === 'stand still') far.cutOff()
      else Object.assign(far.links, { entries: 'failing', locks: 'failing', bus: 'lost' })
    }
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      this.far.clock.advance(Math.min(50, left))
      await quiet()
    }
  }
}
