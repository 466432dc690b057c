/** An app with a limiter and a cache on one backend, under load, and everything that can go wrong with it counted. */
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import {
  createRateLimiter,
  createResponseCache,
  type Backend,
  type RateLimiter,
  type ResponseCache,
} from '@forebay/core'
import type { AdapterHarness, RunningApp } from '@forebay/testing'
import { Admissions } from './admissions.ts'
import { pageCount, Pages, showMine } from './pages.ts'
import { Stalls } from './stalls.ts'

export const limit = 20
export const windowMs = 1_000
export const timeoutMs = 100

const clients = 12
/** Between two requests of one client, at most. */
const pauseMs = 12

/** One of so many requests is the hot client's, who always asks for too much. */
const hotShare = 0.1

export interface Counts {
  requests: number
  /** Answers of 500 and more, and requests without an answer. */
  failed: number
  denied: number
  longestWaitMs: number
  /** The same without the time in which this process did not run at all. */
  longestAddedMs: number
  wrongBodies: number
  /** Waits while the backend was known to be away. */
  openWaitsMs: number[]
  /** The first few of what went wrong, in words. */
  words: string[]
}

export class LoadedApp {
  readonly limiter: RateLimiter
  readonly cache: ResponseCache
  readonly admissions: Admissions = new Admissions(limit, windowMs)
  readonly pages: Pages = new Pages()
  readonly logged: string[] = []
  counts: Counts = freshCounts()
  readonly #stalls = new Stalls()
  readonly #agent = new Agent({ keepAlive: true })
  readonly #enteredAt = new Map<string, number>()
  readonly #handledAt = new Map<string, number>()
  #running: RunningApp | undefined
  #isStopping = false
  #load: Promise<unknown> = Promise.resolve()
  #number = 0

  constructor(backend: Backend) {
    const logger = {
      warn: (...words: unknown[]) => this.#log(words),
      error: (...words: unknown[]) => this.#log(words),
    }
    this.limiter = createRateLimiter({ limit, window: windowMs, backend, logger, name: 'load' })
    this.limiter.on('decision', (decision) => this.admissions.note(decision))
    this.cache = createResponseCache({ ttl: '1m', backend, logger, name: 'load' })
  }

  async start(harness: AdapterHarness): Promise<void> {
    const number = (headers: Readonly<Record<string, unknown>>): string => String(headers['x-number'])
    const handled = <R>(headers: Readonly<Record<string, unknown>>, answer: R): R => {
      this.#handledAt.set(number(headers), performance.now())
      return answer
    }
    this.#running = await harness.start({
      outside: ({ headers }) => {
        this.#enteredAt.set(number(headers), performance.now())
        return []
      },
      rateLimit: { limiter: this.limiter, key: harness.lift(({ headers }) => headers['x-who']) },
      responseCache: {
        cache: this.cache,
        tags: harness.lift(({ url }) => [`page:${url.split('/').at(-1)}`]),
      },
      routes: [
        {
          method: 'GET',
          path: '/page/:id',
          handle: (asked) => handled(asked.headers, this.pages.show(asked)),
        },
        { method: 'GET', path: '/mine/:id', handle: (asked) => handled(asked.headers, showMine(asked)) },
      ],
    })
  }

  /** Clients that ask all the time, until `stop`. */
  load(): void {
    this.#load = Promise.all(Array.from({ length: clients }, (_, client) => this.#askOn(client)))
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#load
    this.#stalls.stop()
    this.#agent.destroy()
    await this.#running?.close()
    await this.cache.close()
  }

  /** Changes a page and purges it; whether or not that is confirmed, it holds in this process. */
  async purge(page: number): Promise<boolean> {
    this.pages.change(page)
    const confirmed = await this.cache.invalidateTags(`page:${page}`).then(
      () => true,
      () => false,
    )
    this.pages.purged(page)
    return confirmed
  }

  async #askOn(client: number): Promise<void> {
    while (!this.#isStopping) {
      const who = Math.random() < hotShare ? 'hot' : `client ${client}:${this.#number % 40}`
      await this.#ask(who)
      await wait(Math.random() * pauseMs)
    }
  }

  async #ask(who: string): Promise<void> {
    const page = Math.floor(Math.random() * pageCount)
    const isMine = Math.random() < 0.1
    const least = this.pages.leastOf(page)
    const wasOpen = this.#isOpen()
    const number = String(this.#number++)
    const { counts } = this
    counts.requests++
    const path = `/${isMine ? 'mine' : 'page'}/${page}`
    const { status, body } = await this.#fetch(path, { 'x-who': who, 'x-number': number })
    const from = this.#enteredAt.get(number) ?? performance.now()
    const to = this.#handledAt.get(number) ?? performance.now()
    const waited = to - from
    this.#enteredAt.delete(number)
    this.#handledAt.delete(number)
    counts.longestWaitMs = Math.max(counts.longestWaitMs, waited)
    counts.longestAddedMs = Math.max(counts.longestAddedMs, waited - this.#stalls.within(from, to))
    if (wasOpen && this.#isOpen()) counts.openWaitsMs.push(waited)
    if (status === 429) counts.denied++
    else if (status !== 200) {
      counts.failed++
      note(counts, `${status} to ${path}: ${body.slice(0, 80)}`)
    } else {
      const wrong = isMine
        ? body === `of ${who}`
          ? undefined
          : body
        : this.pages.whatIsWrong(page, least, body)
      if (wrong === undefined) return
      counts.wrongBodies++
      note(counts, wrong)
    }
  }

  #log(words: readonly unknown[]): void {
    this.logged.push(words.map(String).join(' '))
  }

  #isOpen(): boolean {
    return this.limiter.stats().backend === 'open' && this.cache.stats().backend === 'open'
  }

  #fetch(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ status: 0, body: String(error) })
      request(`${this.#running?.url}${path}`, { agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', failed)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
      })
        .on('error', failed)
        .end()
    })
  }
}

export function freshCounts(): Counts {
  return {
    requests: 0,
    failed: 0,
    denied: 0,
    longestWaitMs: 0,
    longestAddedMs: 0,
    wrongBodies: 0,
    openWaitsMs: [],
    words: [],
  }
}

function note(counts: Counts, words: string): void {
  if (counts.words.length < 5) counts.words.push(words)
}
