/** Every scenario, in every framework, in the preset or presets that it is for. */
import { describe, expect, it } from 'vitest'
import type { AdapterHarness, NeutralReply, NeutralRequest } from '@forebay/testing'
import { startApp } from '../../packages/testing/src/adapter/test-app.ts'
import { frameworks } from '../parity/frameworks.ts'
import { afterwards } from './afterwards-scenarios.ts'
import { reuse } from './reuse-scenarios.ts'
import { rfcOnly } from './rfc-scenarios.ts'
import type { Reply, Scenario, Step } from './scenario.ts'
import { storing } from './storing-scenarios.ts'

const common: readonly Scenario[] = [...storing, ...reuse, ...afterwards]

const presets = [
  ['rfc', [...common, ...rfcOnly]],
  ['safe', common],
] as const

describe.each(frameworks)('$name', (harness) => {
  describe.each(presets)('%s', (preset, scenarios) => {
    it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_name, scenario) => {
        await play(harness, preset, scenario)
      },
    )
  })
})

async function play(harness: AdapterHarness, preset: string, { steps }: Scenario): Promise<void> {
  let step: Step | undefined
  const seen: NeutralRequest[] = []
  let now = (): number => 0
  const handle = (request: NeutralRequest): NeutralReply => {
    seen.push({ ...request, headers: { ...request.headers } })
    return neutral(step?.reply ?? {}, now())
  }
  const methods = ['GET', 'POST', 'PUT', 'DELETE']
  const app = await startApp(harness, (given) => ({
    responseCache: { ...given, preset },
    routes: ['/a', '/b'].flatMap((path) => methods.map((method) => ({ method, path, handle }))),
  }))
  now = () => app.clock.now()
  for (step of steps) {
    seen.length = 0
    app.clock.advance((step.after ?? 0) * 1_000)
    const { by, status, fields = {}, body, seen: sees = {} } = step.expect
    const answer = await app.ask(step.path ?? '/a', { method: step.method ?? 'GET', fields: step.asks ?? {} })
    expect(seen.length === 0 ? 'cache' : 'handler', 'who answers').toBe(by === 'cache' ? 'cache' : 'handler')
    expect(answer.status).toBe(status ?? (by === 'handler' ? (step.reply?.status ?? 200) : answer.status))
    if (body !== undefined) expect(answer.text).toBe(body)
    for (const [name, value] of Object.entries(fields)) expectField(answer.fields[name], value, now())
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
