/** Questions asked in one tick travel together: one script call, in a Cluster one per slot. */
import type { Clock } from '@forebay/core'
import type { Connection } from '../connection/connection.ts'
import { runScript } from '../connection/run-script.ts'
import type { Script } from '../connection/script.ts'
import type { KeyName } from './key-names.ts'
import type { Plan } from './plans.ts'
import type { LimitsScripts } from './script/limits-script.ts'
import type { Tickets } from './tickets.ts'

/** A question, and who waits for its answer: one object for each, because there are many. */
export interface Question {
  readonly name: KeyName
  readonly plan: Plan
  /** How many bytes of the answer are this question's. */
  readonly bytes: number
  /** @param at where in the reply the answer begins. */
  readonly answered: (reply: Buffer, at: number, call: Call) => void
  readonly failed: (error: unknown) => void
}

/** When a call was answered. Instants on the local clock but for `now`, which is the server's. */
export interface Call {
  readonly now: number
  readonly sentAt: number
  readonly receivedAt: number
}

export interface BatcherOptions {
  readonly connection: Connection
  readonly clock: Clock
  readonly scripts: LimitsScripts
  /** Where a call might arrive twice. */
  readonly tickets: Tickets | undefined
  /** Told of the server's time with every reply. */
  readonly learn: (now: number, sentAt: number, receivedAt: number) => void
}

/** Bytes before the first answer: the server's time. */
const headBytes = 8

/**
 * Redis does nothing else while a script runs, and this process has nothing to do while it waits: a call decides no more than
 * this, and several are on their way at once.
 */
const mostPerCall = 16

/** A question that is alone in its tick waits for nothing but the end of the tick. */
export class Batcher {
  readonly #options: BatcherOptions
  #asked: Question[] = []

  constructor(options: BatcherOptions) {
    this.#options = options
  }

  ask(question: Question): void {
    if (this.#asked.length === 0) setImmediate(this.#send)
    this.#asked.push(question)
  }

  readonly #send = (): void => {
    const asked = this.#asked
    this.#asked = []
    if (!this.#options.connection.isCluster) return this.#sendInCalls(asked)
    const byTag = new Map<number, Question[]>()
    for (const one of asked) {
      const together = byTag.get(one.name.tag)
      if (together === undefined) byTag.set(one.name.tag, [one])
      else together.push(one)
    }
    for (const together of byTag.values()) this.#sendInCalls(together)
  }

  #sendInCalls(asked: readonly Question[]): void {
    if (asked.length <= mostPerCall) return this.#call(asked)
    for (let from = 0; from < asked.length; from += mostPerCall) {
      this.#call(asked.slice(from, from + mostPerCall))
    }
  }

  #call(asked: readonly Question[]): void {
    const { connection, clock, scripts, tickets } = this.#options
    const sentAt = clock.now()
    const keys = keysOf(asked)
    const words = wordsOf(asked)
    const ticket = tickets?.take(asked[0]?.name.tag ?? 0)
    if (ticket !== undefined) {
      keys.push(ticket.key)
      words.push(String(ticket.until))
    }
    runScript(connection, scriptFor(asked, scripts), { keys, words }).then(
      (reply) => this.#answer(asked, reply, sentAt),
      (error: unknown) => {
        tickets?.failed(error)
        for (const one of asked) one.failed(error)
      },
    )
  }

  #answer(asked: readonly Question[], reply: unknown, sentAt: number): void {
    const expected = bytesOf(asked)
    if (!Buffer.isBuffer(reply) || reply.length !== expected) {
      const error = new TypeError('Redis answered with something that is no decision')
      for (const one of asked) one.failed(error)
      return
    }
    const receivedAt = this.#options.clock.now()
    const now = reply.readDoubleLE(0)
    this.#options.learn(now, sentAt, receivedAt)
    this.#options.tickets?.answered()
    const call = { now, sentAt, receivedAt }
    let at = headBytes
    for (const one of asked) {
      one.answered(reply, at, call)
      at += one.bytes
    }
  }
}

function bytesOf(asked: readonly Question[]): number {
  let bytes = headBytes
  for (const one of asked) bytes += one.bytes
  return bytes
}

function scriptFor(asked: readonly Question[], { whole, consuming }: LimitsScripts): Script {
  const algorithm = asked[0]?.plan.consumes
  if (algorithm === undefined) return whole
  return asked.every(({ plan }) => plan.consumes === algorithm) ? consuming[algorithm] : whole
}

function keysOf(asked: readonly Question[]): string[] {
  const keys: string[] = []
  for (const { name, plan } of asked) {
    keys.push(name.text)
    for (const id of plan.logs) keys.push(`${name.text}:${id}`)
  }
  return keys
}

/** All plans, each once; then in order which plan is that of how many questions. */
function wordsOf(asked: readonly Question[]): string[] {
  const numbers = new Map<string, number>()
  const runs: string[] = []
  let current = ''
  let count = 0
  for (const { plan } of asked) {
    if (plan.text !== current) {
      if (count > 0) runs.push(String(numbers.get(current)), String(count))
      current = plan.text
      count = 0
      if (!numbers.has(current)) numbers.set(current, numbers.size + 1)
    }
    count++
  }
  runs.push(String(numbers.get(current)), String(count))
  return [`[${[...numbers.keys()].join(',')}]`, ...runs]
}
