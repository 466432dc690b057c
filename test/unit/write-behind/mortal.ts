/** A process that can be killed: from then on nothing it asked for comes back to it, and nothing it does has any effect. */
import type { Journal, JournalReader } from '@forebay/core'

export class Mortal {
  isDead = false

  kill(): void {
    this.isDead = true
  }

  /** What it asks for happens at once or never, and the answer comes only to the living. */
  async do<Result>(ask: () => Result | Promise<Result>): Promise<Result> {
    if (this.isDead) return await never()
    const answer = await ask()
    return this.isDead ? await never() : answer
  }

  journal(journal: Journal): Journal {
    return {
      append: (...args) => this.do(() => journal.append(...args)),
      open: async (...args) => {
        const reader = await this.do(() => journal.open(...args))
        return reader === undefined ? undefined : this.#reader(reader)
      },
    }
  }

  #reader(reader: JournalReader): JournalReader {
    return {
      token: reader.token,
      read: (most) => this.do(() => reader.read(most)),
      acknowledge: (ids) => this.do(() => reader.acknowledge(ids)),
      renew: (ttlMs) => this.do(() => reader.renew(ttlMs)),
      release: () => this.do(() => reader.release()),
    }
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
