/** Measures contestants against each other: interleaved rounds, each in another order, the floor twice. */
import type { Effort } from './effort.ts'
import { failed, type Role, type Row } from './result.ts'
import { shuffled } from './shuffled.ts'

/** What doing the job so many times took. */
export interface Spent {
  readonly times: number
  readonly ms: number
  /** CPU time of whoever is measured, user and system. */
  readonly cpuMicroseconds: number
  /** That of the server behind it, where there is one. */
  readonly serverMicroseconds?: number
}

export interface Runner {
  run(times: number): Promise<Spent>
  stop(): Promise<void>
}

export interface Entrant {
  readonly name: string
  readonly role: Role
  /** Resolves when it has been seen doing the job; rejects with the reason why it cannot. */
  start(): Promise<Runner>
}

/** The first entrant is the floor. Whoever fails gets a row that says so, and the others go on. */
export async function measure(entrants: readonly Entrant[], effort: Effort): Promise<readonly Row[]> {
  const [floor, ...others] = entrants
  if (floor === undefined) return []
  const again: Entrant = { name: 'A/A', role: 'again', start: () => floor.start() }
  const contenders = [floor, again, ...others].map((one) => new Contender(one))
  try {
    await Promise.all(contenders.map((one) => one.start()))
    for (const one of contenders) await one.warmUp(effort)
    for (let round = 0; round < effort.rounds; round++) {
      // Nobody always runs behind the same neighbour.
      for (const one of shuffled(contenders, round)) await one.sample()
    }
  } finally {
    await Promise.all(contenders.map((one) => one.stop()))
  }
  return contenders.map((one) => one.row())
}

/** Before a sample, that part of it is run untimed: the others have had the processor's caches meanwhile. */
const wakingShare = 0.1

class Contender {
  readonly #entrant: Entrant
  readonly #samples: Spent[] = []
  #runner: Runner | undefined
  #failure: unknown
  #times = 1

  constructor(entrant: Entrant) {
    this.#entrant = entrant
  }

  async start(): Promise<void> {
    try {
      this.#runner = await this.#entrant.start()
    } catch (error) {
      this.#failure = error
    }
  }

  /** Until it has run long enough; how fast it was at last says how often it is to run in a sample. */
  warmUp({ warmMs, sampleMs }: Effort): Promise<void> {
    return this.#attempt(async (runner) => {
      let worked = 0
      for (let times = 16; ; times *= 2) {
        const spent = await runner.run(times)
        worked += spent.ms
        if (worked < warmMs) continue
        this.#times = Math.max(1, Math.round((spent.times / spent.ms) * sampleMs))
        return
      }
    })
  }

  sample(): Promise<void> {
    return this.#attempt(async (runner) => {
      await runner.run(Math.ceil(this.#times * wakingShare))
      this.#samples.push(await runner.run(this.#times))
    })
  }

  async #attempt(work: (runner: Runner) => Promise<void>): Promise<void> {
    if (this.#runner === undefined) return
    try {
      await work(this.#runner)
    } catch (error) {
      await this.stop()
      this.#failure = error
    }
  }

  async stop(): Promise<void> {
    const runner = this.#runner
    this.#runner = undefined
    // It has ended by itself, or it will with us: what it measured stands.
    await runner?.stop().catch(() => undefined)
  }

  row(): Row {
    const { name, role } = this.#entrant
    if (this.#failure !== undefined) return failed(name, role, this.#failure)
    const server = this.#samples.flatMap(({ serverMicroseconds: spent, times }) =>
      spent === undefined ? [] : [spent / times],
    )
    return {
      name,
      role,
      values: {
        cpuMicroseconds: this.#samples.map(({ cpuMicroseconds, times }) => cpuMicroseconds / times),
        cpuNanoseconds: this.#samples.map(({ cpuMicroseconds, times }) => (cpuMicroseconds * 1_000) / times),
        perSecond: this.#samples.map(({ ms, times }) => (times * 1_000) / ms),
        ...(server.length > 0 && { serverMicroseconds: server }),
      },
    }
  }
}
