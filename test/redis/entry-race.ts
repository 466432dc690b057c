/** Making, purging and reading at once, from several nodes with connections of their own. */
import type { CacheStore, Mark } from '@forebay/core'
import type { RedisBackend } from '@forebay/redis'
import { scopeNamed } from '../../packages/testing/src/cache-store/entries.ts'
import { until } from './until.ts'

export const raceScope = scopeNamed('races')

const keys = ['a', 'b', 'c']

const marks: readonly (readonly Mark[])[] = [
  [{ type: 'label', label: 'tag' }],
  [{ type: 'prefix', prefix: '/a' }],
  [{ type: 'all' }],
]

/** How many reads a node is good for until another takes its place that knows nothing yet. */
const readsPerNode = 30

export interface RaceOptions {
  readonly purges: number
  /** Another node. */
  open(): RedisBackend
  /** Does harm, after each purge. What it makes fail is tried again, and counts for nothing. */
  readonly harm?: (purge: number) => Promise<unknown>
}

/** Purges one after the other, and meanwhile makers and readers who never rest. */
export class EntryRace {
  readonly #options: RaceOptions
  readonly #nodes: RedisBackend[] = []
  #begun = 0
  #completed = 0
  #isOver = false
  found = 0
  readonly revived: string[] = []

  constructor(options: RaceOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const makers = [this.#open(), this.#open(), this.#open()]
    const others = makers.flatMap((backend) => [this.#make(backend), this.#read()])
    for (let purge = 0; purge < this.#options.purges; purge++) {
      const { entries } = makers[purge % makers.length]!
      const number = ++this.#begun
      await until('a purge', async () => {
        await entries.mark(raceScope, marks[purge % marks.length] ?? [], { soft: false })
        return true
      })
      this.#completed = number
      await this.#options.harm?.(purge)
      // Now at once, now when something was stored again and found.
      const before = this.found
      if (purge % 2 === 0) await until('something to be found', () => this.found > before + 2)
    }
    this.#isOver = true
    await Promise.all(others)
    await Promise.all(this.#nodes.map((node) => node.close()))
  }

  #open(): RedisBackend {
    const node = this.#options.open()
    this.#nodes.push(node)
    return node
  }

  async #make({ entries, clock }: RedisBackend): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      await new Promise(setImmediate)
      await this.#makeOne(entries, clock.now(), turn).catch(() => undefined)
    }
  }

  async #makeOne(entries: CacheStore, now: number, turn: number): Promise<void> {
    const stamp = await entries.stamp(raceScope)
    // Every purge that is begun from here on outruns it.
    const value = this.#begun
    if (turn % 3 === 0) await new Promise(setImmediate)
    const times = { storedAt: now, staleAt: now + 50_000, deleteAt: now + 60_000 }
    const entry = { value, bytes: 10, stamp, labels: ['tag'], path: '/a/b', ...times }
    const key = keys[turn % keys.length] ?? ''
    await entries.set(raceScope, key, entry)
    if (turn % 5 === 0) await entries.touch(raceScope, key, times)
  }

  async #read(): Promise<void> {
    let node = this.#open()
    for (let turn = 1; !this.#isOver; turn++) {
      if (turn % readsPerNode === 0) node = this.#open()
      await new Promise(setImmediate)
      await this.#readAll(node.entries, turn).catch(() => undefined)
    }
  }

  async #readAll(entries: CacheStore, turn: number): Promise<void> {
    const completed = this.#completed
    const found = turn % 2 === 0 ? await entries.getMany(raceScope, keys) : new Map()
    for (const key of keys) {
      const one = turn % 2 === 0 ? found.get(key) : await entries.get(raceScope, key)
      if (one === undefined) continue
      this.found++
      const { value } = one.entry as { value: number }
      if (value < completed)
        this.revived.push(`${key}, begun before purge ${value + 1}, found after ${completed}`)
    }
  }
}
