/** A backend far away whose every answer a test decides, and a limiter on it. */
import { vi, type Mock } from 'vitest'
import {
  createRateLimiter,
  ForebayError,
  memoryBackend,
  type Backend,
  type Health,
  type RateLimiterOptions,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'

export type Behaviour = 'works' | 'fails' | 'hangs' | 'closed'

export interface FarBackend {
  readonly backend: Backend
  readonly clock: ManualClock
  readonly logger: { warn: Mock<() => void>; error: Mock<() => void> }
  /** How calls of the stores are answered from now on. */
  calls: Behaviour
  health: Behaviour | 'unwell'
  /** How many calls have reached the stores, `health` apart. */
  asked: number
  probed: number
  limiter(options?: Partial<RateLimiterOptions>): ReturnType<typeof createRateLimiter>
  /** Moves time on in steps of 10 ms and lets everything that follows happen. */
  pass(ms: number): Promise<void>
}

export function farBackend(): FarBackend {
  const clock = manualClock()
  const working = memoryBackend({ clock })
  const logger = { warn: vi.fn<() => void>(), error: vi.fn<() => void>() }
  const answer = <T>(how: Behaviour, value: () => T): Promise<T> => {
    if (how === 'hangs') return new Promise(() => {})
    if (how === 'closed') return Promise.reject(new ForebayError('FOREBAY_CLOSED', 'The backend is closed.'))
    return how === 'works' ? Promise.resolve().then(value) : Promise.reject(new Error('down'))
  }
  const remote = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const own: unknown = Reflect.get(target, name)
        if (typeof own !== 'function') return own
        if (name === 'stats') return () => Reflect.apply(own, target, []) as unknown
        return (...args: unknown[]): unknown => {
          far.asked++
          return answer(far.calls, () => Reflect.apply(own, target, args) as unknown)
        }
      },
    })
  const backend: Backend = {
    ...working,
    kind: 'far',
    shared: true,
    limits: remote(working.limits),
    entries: remote(working.entries),
    health: () => {
      far.probed++
      const ok = far.health !== 'unwell'
      const health: Health = { ok, latencyMs: 1, detail: ok ? '' : 'no way to it' }
      return answer(far.health === 'unwell' ? 'works' : far.health, () => health)
    },
  }
  const far: FarBackend = {
    backend,
    clock,
    logger,
    calls: 'works',
    health: 'works',
    asked: 0,
    probed: 0,
    limiter: (options) => createRateLimiter({ limit: 3, window: '1m', backend, logger, ...options }),
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(Math.min(10, ms - passed))
        await new Promise(setImmediate)
      }
    },
  }
  return far
}
