/** A gate over memory and a clock moved by hand, and short ways to ask it. */
import {
  createRateLimitGate,
  memoryBackend,
  type Admission,
  type ErrorEvent,
  type RateLimitGate,
  type RateLimitOptions,
} from '@forebay/core'
import { manualClock, type ManualClock } from '@forebay/testing'
import { fakeExchange, type FakeArguments, type FakeExchange } from './fake-exchange.ts'

export type GateOptions = RateLimitOptions<FakeArguments>

export interface GateHarness {
  readonly gate: RateLimitGate
  readonly clock: ManualClock
  readonly errors: ErrorEvent[]
  readonly warnings: unknown[]
  /** Asks for an answer at once. */
  admit(exchange?: FakeExchange): Admission
  /** Asks for an answer at once or later. */
  admitLater(exchange?: FakeExchange): Promise<Admission>
  /** How many of `times` requests pass. */
  passing(times: number, given?: Parameters<typeof fakeExchange>[0]): number
}

export function gateHarness(options: GateOptions): GateHarness {
  const clock = manualClock()
  const warnings: unknown[] = []
  const errors: ErrorEvent[] = []
  const logger = { warn: (text: unknown) => warnings.push(text), error: () => {} }
  const base = options.limiter === undefined ? { backend: memoryBackend({ clock }), logger } : {}
  const gate = createRateLimitGate<FakeArguments>({ ...base, ...options })
  gate.limiter.on('error', (event) => errors.push(event))
  const admit = (exchange: FakeExchange = fakeExchange()): Admission => atOnce(gate.admit(exchange))
  return {
    gate,
    clock,
    errors,
    warnings,
    admit,
    admitLater: async (exchange = fakeExchange()) => gate.admit(exchange),
    passing: (times, given) => {
      let count = 0
      for (let index = 0; index < times; index++) {
        if (admit(fakeExchange(given)).type === 'pass') count++
      }
      return count
    },
  }
}

export function atOnce<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('answered later, not at once')
  return value
}

export type Passed = Extract<Admission, { type: 'pass' }>
export type Denied = Extract<Admission, { type: 'deny' }>

export function passed(admission: Admission): Passed {
  if (admission.type !== 'pass') throw new Error(`expected a pass, got ${admission.type}`)
  return admission
}

export function denied(admission: Admission): Denied {
  if (admission.type !== 'deny') throw new Error(`expected a denial, got ${admission.type}`)
  return admission
}

/** The content of a denial as text. */
export function bodyOf(admission: Admission): string {
  return Buffer.from(denied(admission).response.body ?? []).toString()
}

export function fieldOf(admission: Admission, name: string): unknown {
  return denied(admission).response.fields.find((line) => line[0] === name)?.[1]
}
