/** Several nodes on one backend whose every answer a test decides: what they share is in memory, and time is moved by hand. */
import { vi, type Mock } from 'vitest'
import {
  createConcurrencyLimiter,
  memoryBackend,
  type Backend,
  type Bus,
  type BusListener,
  type ConcurrencyLimiter,
  type MaybePromise,
  type Permit,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'

export type Behaviour = 'works' | 'fails' | 'hangs'

export interface SimulatedFleet {
  readonly clock: ManualClock
  readonly logger: { warn: Mock<() => void>; error: Mock<() => void> }
  /** How locks answer from now on. */
  locks: Behaviour
  /** Whether messages arrive. */
  isHeard: boolean
  /** Questions to the locks so far. */
  asked: number
  published: readonly string[]
  node(): Backend
  limiter(backend: Backend, options: LimiterOptions): ConcurrencyLimiter
  /** One limiter on a node of its own each. */
  limiters<Count extends number>(count: Count, options: LimiterOptions): Several<Count>
  /** Calls `gap` of every listener. */
  gap(): void
  /** Forgets all leases. */
  lose(): void
  /** Moves time on in steps of 10 ms and lets everything that follows happen. */
  pass(ms: number): Promise<void>
}

export interface LimiterOptions {
  readonly max: number
  readonly queue?: number
  readonly timeout?: number
  readonly name?: string
}

type Several<Count extends number> = Count extends 1
  ? readonly [ConcurrencyLimiter]
  : Count extends 2
    ? readonly [ConcurrencyLimiter, ConcurrencyLimiter]
    : readonly ConcurrencyLimiter[]

/** What was settled so far. */
export class Asked {
  readonly permits: Permit[] = []
  refused = 0

  async ask(limiter: ConcurrencyLimiter, signal?: AbortSignal): Promise<Permit | undefined> {
    const permit = await limiter.acquire(signal)
    if (permit === undefined) this.refused++
    else this.permits.push(permit)
    return permit
  }
}

interface Subscription {
  readonly bus: Bus
  readonly topic: string
  readonly listener: BusListener
}

export function simulatedFleet(): SimulatedFleet {
  const clock = manualClock()
  let memory = memoryBackend({ clock })
  const subscriptions = new Set<Subscription>()
  const published: string[] = []
  const answer = <T>(value: () => MaybePromise<T>): Promise<T> => {
    fleet.asked++
    if (fleet.locks === 'hangs') return new Promise(() => {})
    return fleet.locks === 'works' ? Promise.resolve().then(value) : Promise.reject(new Error('down'))
  }
  const node = (): Backend => {
    const bus: Bus = {
      async publish(topic, message) {
        published.push(message)
        if (!fleet.isHeard) throw new Error('down')
        for (const one of subscriptions) {
          if (one.bus !== bus && one.topic === topic) setImmediate(() => one.listener.message(message))
        }
      },
      subscribe(topic, listener) {
        const subscription = { bus, topic, listener }
        subscriptions.add(subscription)
        return () => subscriptions.delete(subscription)
      },
    }
    return {
      ...memoryBackend({ clock }),
      kind: 'far',
      shared: true,
      bus,
      locks: {
        async acquire(key, ttlMs, most) {
          const home = memory
          const lease = await answer(() => memory.locks.acquire(key, ttlMs, most))
          return (
            lease && {
              token: lease.token,
              renew: (renewedMs) => answer(() => home === memory && lease.renew(renewedMs)),
              release: () => answer(() => lease.release()),
            }
          )
        },
      },
      health: async () => ({ ok: fleet.locks === 'works', latencyMs: 1, detail: '' }),
    }
  }
  const fleet: SimulatedFleet = {
    clock,
    logger: { warn: vi.fn<() => void>(), error: vi.fn<() => void>() },
    locks: 'works',
    isHeard: true,
    asked: 0,
    published,
    node,
    limiter: (backend, options) => createConcurrencyLimiter({ backend, logger: fleet.logger, ...options }),
    limiters: <Count extends number>(count: Count, options: LimiterOptions) =>
      Array.from({ length: count }, () => fleet.limiter(node(), options)) as unknown as Several<Count>,
    gap() {
      for (const { listener } of subscriptions) listener.gap()
    },
    lose() {
      memory = memoryBackend({ clock })
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(Math.min(10, ms - passed))
        await new Promise(setImmediate)
      }
    },
  }
  return fleet
}
