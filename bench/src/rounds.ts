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
    // All at once: that takes less time, and nothing of it counts.
    await Promise.all(contenders.map((one) => one.warmUp(effort)))
    for (const one of contenders) await one.calibrate(effort)
    for (let round = 0; round < effort.rounds; round++) {
      // Nobody always runs behind the same neighbour.
      for (const one of shuffled(contenders, round)) await one.sample()
    }
  } finally {
    await Promise.all(contenders.map((one) => one.stop()))
  }
  return contenders.map((one) => one.row())
}

/** Warming up takes that many times as long as the work in it, at most: who waits for others does not work. */
const mostPatience = 8

/** Before a sample, that part of it is run untimed: the others have had the processor's caches meanwhile. */
const wakingShare = 0.1

class Contender {
  readonly #entrant: Entrant
  readonly #samples: Spent[] = []
  #runner: Runner | undefined
  #failure: unknown
  #times = 16

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

  /** Until it has worked long enough for its code to be compiled. */
  warmUp({ warmMs }: Effort): Promise<void> {
    return this.#attempt(async (runner) => {
      let workedMs = 0
      let passedMs = 0
      while (workedMs < warmMs && passedMs < warmMs * mostPatience) {
        const { times, ms, cpuMicroseconds } = await runner.run(this.#times)
        workedMs += cpuMicroseconds / 1_000
        passedMs += ms
        // So often that it takes a tenth of the time, and at most twice as often as before: it was not warm then.
        this.#times = Math.ceil(Math.min(times * 2, (times / ms) * (warmMs / 10)))
      }
    })
  }

  /** How fast it is alone says how often it is to run in a sample. */
  calibrate({ sampleMs }: Effort): Promise<void> {
    return this.#attempt(async (runner) => {
      const { times, ms } = await runner.run(this.#times)
      this.#times = Math.max(1, Math.round((times / ms) * sampleMs))
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
