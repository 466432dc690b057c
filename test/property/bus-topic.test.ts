/** Whatever a server loses, whoever listens is told that something may be missing; and nobody is told so for nothing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Topic } from '../../packages/redis/src/bus/topic.ts'

type Step =
  | { readonly type: 'publish'; readonly isOwn: boolean }
  /** Published, and never delivered. */
  | { readonly type: 'lose' }
  | { readonly type: 'forget counter' }
  | { readonly type: 'reconnect'; readonly isCounted: boolean }
  | { readonly type: 'check' }
  /** The answer of a check comes after what was published meanwhile. */
  | { readonly type: 'late check'; readonly between: number }

const harmless: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('publish' as const), isOwn: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ type: 'check' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('late check' as const),
      between: fc.integer({ min: 0, max: 3 }),
    }),
  },
)

const anything: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: harmless },
  { weight: 1, arbitrary: fc.constant({ type: 'lose' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'forget counter' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reconnect' as const), isCounted: fc.boolean() }) },
)

/** A server, its topic, and somebody who listens. */
class World {
  readonly topic = new Topic({
    channel: 'c',
    counter: 'n',
    failed: (error) => {
      throw error
    },
  })
  /** What the listener should know: messages by others, but for those that were lost. */
  readonly expected: string[] = []
  readonly heard: string[] = []
  gaps = 0
  /** Whether something was lost, and no gap told since. */
  isMissing = false
  #counter = 0
  #now = 0
  #published = 0

  constructor() {
    this.topic.add({
      message: (message) => this.heard.push(message),
      gap: () => {
        this.gaps++
        this.isMissing = false
      },
    })
    this.topic.stands(this.#now, 0)
  }

  play(step: Step): void {
    this.#now += 250
    switch (step.type) {
      case 'publish':
        return this.#publish(step.isOwn, true)
      case 'lose':
        this.#publish(false, false)
        this.isMissing = true
        return
      case 'forget counter':
        // A topic's first message that is lost together with its counter leaves no trace.
        if (!this.isMissing) this.#counter = 0
        return
      case 'reconnect':
        this.topic.lost()
        return this.topic.stands(this.#now, step.isCounted ? this.#counter : undefined)
      case 'check':
        return this.#check(0)
      case 'late check':
      default:
        return this.#check(step.between)
    }
  }

  #publish(isOwn: boolean, isDelivered: boolean): void {
    const previous = this.#counter
    // A counter that was lost begins at the time, in µs.
    this.#counter = previous === 0 ? 1_000_000 + this.#now * 1_000 : previous + 1
    const message = `${++this.#published}`
    if (!isDelivered) return
    if (!isOwn) this.expected.push(message)
    this.topic.heard({ origin: '', number: this.#counter, previous, message }, isOwn)
  }

  #check(between: number): void {
    this.topic.checked()
    const { seen } = this.topic
    const sentAt = this.#now
    const number = this.#counter
    for (let time = 0; time < between; time++) this.#publish(false, true)
    this.topic.counted({ number, sentAt, seen })
  }
}

function play(steps: readonly Step[]): World {
  const world = new World()
  for (const step of steps) world.play(step)
  return world
}

describe('a topic', () => {
  it('tells everything that arrives, in order', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (steps) => {
        const world = play(steps)
        expect(world.heard).toEqual(world.expected)
      }),
    )
  })

  it('tells no gap but the first where nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 60 }), (steps) => {
        expect(play(steps).gaps).toBe(1)
      }),
    )
  })

  it('tells of what was lost within three checks, or with the next message', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), fc.boolean(), (steps, isTold) => {
        const world = play(steps)
        if (isTold) world.play({ type: 'publish', isOwn: false })
        else for (let time = 0; time < 4; time++) world.play({ type: 'check' })
        expect(world.isMissing).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('vouches for nothing that it was not told of in time', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (steps) => {
        const world = play([...steps, { type: 'lose' }])
        const lostAt = world.topic.vouchedAt
        world.play({ type: 'check' })
        if (world.isMissing) expect(world.topic.vouchedAt).toBe(lostAt)
      }),
      { numRuns: 2_000 },
    )
  })
})
