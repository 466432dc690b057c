/** A neutral app on a framework, with a backend and a clock of the test's own. */
import { setTimeout as wait } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { memoryBackend, type Backend, type FieldLine, type Logger } from '@forebay/core'
import type {
  AdapterHarness,
  GivenBackend,
  NeutralApp,
  NeutralReply,
  NeutralRequest,
  NeutralRoute,
  RunningApp,
} from '../adapter-harness.ts'
import { manualClock, type ManualClock } from '../manual-clock.ts'
import { ask, type WireRequest, type WireResponse } from './wire.ts'

/** What the options of a test's limiters and caches have in common. */
export interface Given {
  readonly backend: Backend
  readonly logger: Logger
}

export interface TestApp {
  readonly running: RunningApp
  readonly backend: Backend
  readonly clock: ManualClock
  /** One request to `path`. */
  ask(path: string, wanted?: WireRequest): Promise<WireResponse>
  /** Resolves when nothing is asked of the backend any more. */
  settled(): Promise<void>
}

const silent: Logger = { warn: () => undefined, error: () => undefined }

/** Runs until the test is finished. */
export async function startApp(
  harness: AdapterHarness,
  make: (given: Given) => NeutralApp,
): Promise<TestApp> {
  // A whole second, so that what is announced in seconds is exact; near the wall clock, which frameworks date by.
  const clock = manualClock(Math.floor(Date.now() / 1_000) * 1_000)
  const { backend, settled } = harness.backendOn?.(clock) ?? inMemory(clock)
  const running = await harness.start(make({ backend, logger: silent }))
  onTestFinished(async () => {
    await running.close()
    await backend.close()
  })
  return {
    running,
    backend,
    clock,
    settled,
    async ask(path, wanted) {
      const answer = await ask(`${running.url}${path}`, wanted)
      // What a response leaves behind is there before time goes on.
      await settled()
      return answer
    },
  }
}

function inMemory(clock: ManualClock): GivenBackend {
  return { backend: memoryBackend({ clock }), settled: () => Promise.resolve() }
}

export interface CachedApp extends TestApp {
  /** Resolves when so many requests have come, and have gone on as far as they get without anybody's help. */
  arrived(count: number): Promise<void>
}

/** An app whose only route, `/a`, is cached for five minutes, to the millisecond; unless the options say otherwise. */
export async function cachedApp(
  harness: AdapterHarness,
  handle: NeutralRoute['handle'],
  options: object = {},
): Promise<CachedApp> {
  let seen = 0
  const outside = (): readonly FieldLine[] => {
    seen++
    return []
  }
  const app = await startApp(harness, (given) => ({
    outside,
    responseCache: { ...given, ttl: '5m', jitter: 0, ...options },
    routes: [{ method: 'GET', path: '/a', handle }],
  }))
  return {
    ...app,
    async arrived(count) {
      const isComplete = (): boolean => seen >= count
      for (let turn = 0; !isComplete() && turn < 5_000; turn++) await wait(5)
      await aWhile()
      await app.settled()
    },
  }
}

/** A handler that counts how often it runs. */
export interface CountedHandler {
  (request: NeutralRequest): NeutralReply | Promise<NeutralReply>
  runs: number
}

/** Counts the runs of `handle`, which is told the number of the run, from 1. */
export function counted(
  handle: (request: NeutralRequest, run: number) => NeutralReply | Promise<NeutralReply>,
): CountedHandler {
  const handler: CountedHandler = Object.assign(
    (request: NeutralRequest) => handle(request, ++handler.runs),
    { runs: 0 },
  )
  return handler
}

/** A handler that answers `run <number>` with these fields. */
export function numbered(reply: Omit<NeutralReply, 'body'> = {}): CountedHandler {
  return counted((_, run) => ({ ...reply, body: { kind: 'text', text: `run ${run}` } }))
}

export const text = (content: string): NeutralReply => ({ body: { kind: 'text', text: content } })

/** What happens on a socket or in a few turns of the event loop is over then, also where the machine stands still meanwhile. */
export async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await wait(5)
}

/** A promise, and what resolves it. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

export function gate(): Gate {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
