/** Plays a scenario: what a client asks, what the handler would answer, and who is to answer how. */
import { expect, onTestFinished } from 'vitest'
import { memoryBackend, type Backend } from '@forebay/core'
import {
  manualClock,
  type AdapterHarness,
  type GivenBackend,
  type ManualClock,
  type NeutralReply,
  type NeutralRequest,
} from '@forebay/testing'
import { ask } from '../../packages/testing/src/adapter/wire.ts'
import type { Reply, Scenario, Step } from './scenario.ts'

/** Those of the nodes of the app, which are asked in turn. */
export type OpenBackends = (clock: ManualClock) => readonly GivenBackend[]

/** A backend that has done everything at once. */
export const atOnce = (backend: Backend): GivenBackend => ({ backend, settled: () => Promise.resolve() })

const one: OpenBackends = (clock) => [atOnce(memoryBackend({ clock }))]

const silent = { warn: () => undefined, error: () => undefined }

export async function play(
  harness: AdapterHarness,
  preset: string,
  { steps }: Scenario,
  open: OpenBackends = one,
): Promise<void> {
  let step: Step | undefined
  const seen: NeutralRequest[] = []
  // A whole second, so that what is announced in seconds is exact; near the wall clock, which frameworks date by.
  const clock = manualClock(Math.floor(Date.now() / 1_000) * 1_000)
  const handle = (request: NeutralRequest): NeutralReply => {
    seen.push({ ...request, headers: { ...request.headers } })
    return neutral(step?.reply ?? {}, clock.now())
  }
  const methods = ['GET', 'POST', 'PUT', 'DELETE']
  const backends = open(clock)
  const nodes = await Promise.all(
    backends.map(async ({ backend }) => {
      const running = await harness.start({
        responseCache: { backend, logger: silent, preset },
        routes: ['/a', '/b'].flatMap((path) => methods.map((method) => ({ method, path, handle }))),
      })
      onTestFinished(async () => {
        await running.close()
        await backend.close()
      })
      return running
    }),
  )
  const [first] = nodes
  // One name for all of them.
  const host = new URL(first?.url ?? '').host
  for (const [index, current] of steps.entries()) {
    step = current
    seen.length = 0
    clock.advance((step.after ?? 0) * 1_000)
    const { by, status, fields = {}, body, seen: sees = {} } = step.expect
    const answer = await ask(`${nodes[index % nodes.length]?.url}${step.path ?? '/a'}`, {
      method: step.method ?? 'GET',
      fields: { host, ...step.asks },
    })
    // What a response leaves behind is there before time goes on.
    for (const { settled } of backends) await settled()
    expect(seen.length === 0 ? 'cache' : 'handler', 'who answers').toBe(by === 'cache' ? 'cache' : 'handler')
    expect(answer.status).toBe(status ?? (by === 'handler' ? (step.reply?.status ?? 200) : answer.status))
    if (body !== undefined) expect(answer.text).toBe(body)
    for (const [name, value] of Object.entries(fields)) expectField(answer.fields[name], value, clock.now())
    for (const [name, value] of Object.entries(sees)) expect(seen[0]?.headers[name]).toBe(value)
  }
}

function expectField(actual: unknown, value: string | RegExp | undefined, now: number): void {
  if (value instanceof RegExp) expect(actual).toMatch(value)
  else if (value === undefined) expect(actual).toBeUndefined()
  else expect(Array.isArray(actual) ? actual.join(', ') : actual).toBe(dated(value, now))
}

function neutral({ status = 200, fields = {}, body = '' }: Reply, now: number): NeutralReply {
  const lines = Object.entries(fields).map(
    ([name, value]) => [name, typeof value === 'string' ? dated(value, now) : value] as const,
  )
  const hasContent = status !== 204 && status !== 304
  return {
    status,
    fields: [['content-type', 'text/plain'], ...lines],
    body: hasContent ? { kind: 'text', text: body } : { kind: 'empty' },
  }
}

/** `@60` is a minute from now. */
function dated(value: string, now: number): string {
  return /^@-?\d+$/.test(value) ? new Date(now + Number(value.slice(1)) * 1_000).toUTCString() : value
}
