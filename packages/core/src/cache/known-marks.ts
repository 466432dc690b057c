/** What this node knows of the marks of one scope in a shared backend. It is never forgotten for what a server says that knows less. */
import type { CacheEntry, Mark } from '../ports/cache-store.ts'
import { Marks } from './marks.ts'
import { readMember, shortLabels, shortMark } from './mark-names.ts'
import type { MarksHead } from './marks-head.ts'

/** The oldest marks of a scope beyond this number are forgotten: everything older than them counts as invalidated. */
export const mostMarks = 10_000

/** The largest numbers that this node has seen. */
export interface KnownNumbers {
  readonly last: number
  readonly mark: number
}

/** What can be invalidated of an entry. */
export type Marked = Pick<CacheEntry, 'stamp' | 'labels' | 'path'>

export class KnownMarks {
  readonly #hard = new Marks()
  readonly #soft = new Marks()
  #floor = 0
  /** Every mark up to this one is known. */
  #learntUpTo = 0
  #latestMark = 0
  #last = 0
  #until = 0
  #added = 0

  get numbers(): KnownNumbers {
    return { last: this.#last, mark: this.#latestMark }
  }

  get learntUpTo(): number {
    return this.#learntUpTo
  }

  /** Until when the marks live in the backend, as far as was heard. */
  get until(): number {
    return this.#until
  }

  /** Takes note of a head, and says whether it tells of nothing that this node does not know. `asked`: what it knew when it asked. */
  hear(head: MarksHead, asked: KnownNumbers): boolean {
    this.#last = Math.max(this.#last, head.last)
    this.#latestMark = Math.max(this.#latestMark, head.markedAt)
    this.#floor = Math.max(this.#floor, head.floor)
    this.#until = head.until
    // The server knows less than this node did when it asked.
    if (head.markedAt < asked.mark) return false
    // Where there are no marks, the floor says everything.
    if (head.count === 0) this.#learntUpTo = Math.max(this.#learntUpTo, head.markedAt)
    return head.markedAt <= this.#learntUpTo
  }

  /** All marks since `learntUpTo`, each as it stands in the backend with its number, and the head that stood with them. */
  learn(head: MarksHead, members: readonly (readonly [member: string, number: number])[]): void {
    for (const [member, score] of members) {
      const number = Math.min(score, head.markedAt)
      const found = readMember(member)
      // What a later version means by it is not known: everything then.
      if (found === undefined) this.#floor = Math.max(this.#floor, number)
      else this.#add(found.mark, found.soft, number)
    }
    this.#learntUpTo = Math.max(this.#learntUpTo, head.markedAt)
    this.#forgetOld()
  }

  /** A mark of this node's own, and the one before it. */
  added(
    marks: readonly Mark[],
    soft: boolean,
    numbers: { readonly mark: number; readonly before: number },
  ): void {
    for (const mark of marks) {
      if (mark.type === 'all' && !soft) this.#floor = Math.max(this.#floor, numbers.mark)
      else this.#add(shortMark(mark), soft, numbers.mark)
    }
    if (numbers.before <= this.#learntUpTo) this.#learntUpTo = Math.max(this.#learntUpTo, numbers.mark)
    this.#forgetOld()
  }

  isOutrun({ stamp, labels, path }: Marked): boolean {
    return this.#floor > stamp || this.#hard.outrun(stamp, shortLabels(labels), path)
  }

  isSoftened({ stamp, labels, path }: Marked): boolean {
    return this.#soft.outrun(stamp, shortLabels(labels), path)
  }

  #add(mark: Mark, soft: boolean, number: number): void {
    this.#added++
    const marks = soft ? this.#soft : this.#hard
    marks.add(mark, number)
  }

  /** What the server has forgotten this node need not remember one by one. */
  #forgetOld(): void {
    if (this.#added <= 2 * mostMarks) return
    this.#added = mostMarks
    this.#hard.add({ type: 'all' }, this.#floor)
    this.#soft.add({ type: 'all' }, this.#floor)
  }
}
