/** Every hit of one key within the window, oldest first: what the sliding log counts. */

/**
 * Hits at the same instant are one line, and a line without units is none, so that a log has never more lines than units,
 * nor than milliseconds.
 */
export class HitLog {
  #times: number[] = []
  #units: number[] = []
  #head = 0
  #total = 0

  /** Units of all lines younger than `horizon`; older lines are forgotten. */
  totalAfter(horizon: number): number {
    while (this.#head < this.#times.length && this.#times[this.#head]! <= horizon) {
      this.#total -= this.#units[this.#head]!
      this.#head++
    }
    if (this.#head > 32 && this.#head * 2 > this.#times.length) this.#compact()
    return this.#total
  }

  /** Where the clock has stepped back, the hit counts as made with the latest one: later, never earlier. */
  add(time: number, units: number): number {
    const last = this.#times.length - 1
    const latest = last >= this.#head ? this.#times[last]! : -Infinity
    if (time <= latest) this.#units[last]! += units
    else {
      this.#times.push(time)
      this.#units.push(units)
    }
    this.#total += units
    return Math.max(time, latest)
  }

  /** Time of the newest hit that is kept; `-Infinity` when there is none. */
  get latest(): number {
    return this.#times.length > this.#head ? this.#times.at(-1)! : -Infinity
  }

  /** Time of the hit after whose expiry at most `most` units are left; `-Infinity` when there are no more already. */
  timeLeaving(most: number): number {
    let left = this.#total
    for (let line = this.#head; line < this.#times.length; line++) {
      if (left <= most) return line === this.#head ? -Infinity : this.#times[line - 1]!
      left -= this.#units[line]!
    }
    return this.latest
  }

  /** Corrects the units of that time, though all of them were given back before. */
  adjust(time: number, units: number): void {
    let low = this.#head
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#times[middle]! < time) low = middle + 1
      else high = middle
    }
    if (low < this.#times.length && this.#times[low] === time) this.#adjustLine(low, units)
    else if (units > 0) {
      this.#times.splice(low, 0, time)
      this.#units.splice(low, 0, units)
      this.#total += units
    }
  }

  /** Corrects the newest lines, as many as it takes. */
  adjustNewest(units: number): void {
    let left = units
    for (let line = this.#times.length - 1; line >= this.#head && left !== 0; line--) {
      left -= this.#adjustLine(line, left)
    }
  }

  /** Returns what could be corrected there. */
  #adjustLine(line: number, units: number): number {
    const before = this.#units[line]!
    const after = Math.max(0, before + units)
    if (after > 0) this.#units[line] = after
    else {
      this.#times.splice(line, 1)
      this.#units.splice(line, 1)
    }
    this.#total += after - before
    return after - before
  }

  /** Lines kept, expired ones included. */
  get size(): number {
    return this.#times.length
  }

  /** Time and units of each line, the oldest first: how a backend keeps it outside of this process. */
  toNumbers(): readonly number[] {
    const numbers: number[] = []
    for (let line = this.#head; line < this.#times.length; line++) {
      numbers.push(this.#times[line]!, this.#units[line]!)
    }
    return numbers
  }

  /** The log that `toNumbers` told of. */
  static fromNumbers(numbers: readonly number[]): HitLog {
    const log = new HitLog()
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      log.#times.push(numbers[index]!)
      log.#units.push(numbers[index + 1]!)
      log.#total += numbers[index + 1]!
    }
    return log
  }

  copy(): HitLog {
    const copy = new HitLog()
    copy.#times = this.#times.slice(this.#head)
    copy.#units = this.#units.slice(this.#head)
    copy.#total = this.#total
    return copy
  }

  #compact(): void {
    this.#times = this.#times.slice(this.#head)
    this.#units = this.#units.slice(this.#head)
    this.#head = 0
  }
}
