/** A slow database that counts what is asked of it, and is away when it is told to be. */
import { setTimeout as wait } from 'node:timers/promises'

export class Database {
  reads = 0
  writes = 0
  isAway = false
  #rows = new Map([
    ['1', { name: 'Lamp', price: 40 }],
    ['2', { name: 'Chair', price: 90 }],
  ])

  async read(id) {
    this.reads++
    await wait(20)
    if (this.isAway) throw new Error('the database is away')
    return this.#rows.get(id)
  }

  async write(rows) {
    this.writes++
    await wait(20)
    if (this.isAway) throw new Error('the database is away')
    for (const [id, row] of rows) this.#rows.set(id, row)
  }
}
